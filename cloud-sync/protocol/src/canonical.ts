import canonicalize from 'canonicalize';

/** Deeper than any record; past it the library looks for circles. */
const DEEP = 32;
/** What must be escaped in a JSON string, and what only a pair of surrogates may hold. */
// eslint-disable-next-line no-control-regex -- those are the characters that JSON escapes
const NEEDS_CARE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/**
 * Canonical JSON (RFC 8785): the same bytes for the same value on both ends. Throws on NaN, infinities, circles and
 * lone surrogates. Plain values take a short way, which gives the same text several times sooner.
 */
export function canonicalJson(value: unknown): string {
  const text = plain(value, 0) ?? canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** Undefined for anything that is not plain data all the way down. */
function plain(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case 'string':
      return NEEDS_CARE.test(value) ? undefined : `"${value}"`;
    case 'number':
      return Number.isFinite(value) ? `${value === 0 ? 0 : value}` : undefined;
    case 'boolean':
      return value ? 'true' : 'false';
    case 'object':
      if (value === null) return 'null';
      if (depth === DEEP) return undefined;
      return Array.isArray(value) ? plainList(value, depth) : plainObject(value, depth);
    default:
      return undefined;
  }
}

function plainList(list: readonly unknown[], depth: number): string | undefined {
  let text = '';
  for (const item of list) {
    const part = plain(item, depth + 1);
    if (part === undefined) return undefined;
    text += text === '' ? part : `,${part}`;
  }
  return `[${text}]`;
}

function plainObject(object: object, depth: number): string | undefined {
  const prototype: unknown = Object.getPrototypeOf(object);
  if ((prototype !== Object.prototype && prototype !== null) || 'toJSON' in object) return undefined;
  let text = '';
  for (const key of Object.keys(object).sort()) {
    const item: unknown = object[key as keyof typeof object];
    if (item === undefined) continue;
    const name = plain(key, depth);
    const part = plain(item, depth + 1);
    if (name === undefined || part === undefined) return undefined;
    text += text === '' ? `${name}:${part}` : `,${name}:${part}`;
  }
  return `{${text}}`;
}
