import canonicalize from 'canonicalize';

/** Deeper than any record; beyond it the library looks for circles. */
const DEEP = 32;
/** What must be escaped in a JSON string, and what only a pair of surrogates may hold. */
// eslint-disable-next-line no-control-regex -- those are the characters that JSON escapes
const NEEDS_CARE = /[\u0000-\u001f"\\\ud800-\udfff]/;

/** How JSON.stringify writes a lone surrogate; a text that only looks like one takes the longer way, too. */
const LONE_SURROGATE = /\\ud[89a-f]/;

/**
 * Canonical JSON (RFC 8785): the same bytes for the same value on both ends. Throws on NaN, infinities, circles and
 * lone surrogates. Plain values take shorter ways that give the same text several times
 * faster. The shortest is for objects whose keys are in order already; writers of many records should make them so.
 */
export function canonicalJson(value: unknown): string {
  if (isInOrder(value, 0)) {
    // RFC 8785, 3.2.2: literals, numbers and strings are written as ECMAScript writes them.
    const text = JSON.stringify(value);
    if (!LONE_SURROGATE.test(text)) return text;
  }
  const text = plain(value, 0) ?? canonicalize(value);
  if (text === undefined) throw new TypeError('value has no JSON form');
  return text;
}

/** Whether `value` is plain data whose keys all stand in the order of UTF-16 code units (RFC 8785, 3.2.3). */
function isInOrder(value: unknown, depth: number): boolean {
  switch (typeof value) {
    case 'string':
    case 'boolean':
      return true;
    case 'number':
      return Number.isFinite(value);
    case 'object':
      if (value === null) return true;
      if (depth === DEEP) return false;
      return Array.isArray(value) ? isListInOrder(value, depth) : isObjectInOrder(value, depth);
    default:
      return false;
  }
}

function isListInOrder(list: readonly unknown[], depth: number): boolean {
  for (const item of list) if (!isInOrder(item, depth + 1)) return false;
  return true;
}

function isObjectInOrder(object: object, depth: number): boolean {
  if (!isPlain(object)) return false;
  let before: string | undefined;
  for (const key of Object.keys(object)) {
    if (before !== undefined && key <= before) return false;
    before = key;
    const item: unknown = object[key as keyof typeof object];
    if (item !== undefined && !isInOrder(item, depth + 1)) return false;
  }
  return true;
}

function isPlain(object: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(object);
  return (prototype === Object.prototype || prototype === null) && !('toJSON' in object);
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
  if (!isPlain(object)) return undefined;
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
