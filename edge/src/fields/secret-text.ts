import { inspect } from 'node:util';

/** Where a secret lies: an environment variable, a file, or a systemd credential. */
export interface Reference {
  readonly from: 'env' | 'file' | 'credential';
  readonly name: string;
}

type Part = string | Reference;

const REFERENCE = /\$\{([^}]*)\}/g;
const SOURCES = ['env', 'file', 'credential'] as const;
const PARAMETER = /([?&])([^=&#]+)=([^&#]*)/g;
/** Query parameters in which cameras take their credentials. */
const PASSWORD_PARAMETER = /^(pass(word|wd)?|pwd|token|key|api_?key|secret|auth)$/i;
const USER_PARAMETER = /^(user(name)?|usr|login)$/i;

export type SecretKind = 'url' | 'text';

/**
 * Text of the configuration that may hold secrets: as written, with its references unresolved. Every way of printing
 * it gives `shown`; only `SecretResolver` gives the text itself.
 */
export class SecretText {
  readonly kind: SecretKind;
  readonly #written: string;

  constructor(written: string, kind: SecretKind) {
    this.#written = written;
    this.kind = kind;
  }

  /** Fit for eyes and logs: references as they are, literals in secret places as `***`. */
  get shown(): string {
    return this.kind === 'url' ? shownUrl(this.#written) : shownText(this.#written);
  }

  /** True when a password stands in the file itself where a reference should. A user name alone is none. */
  get hasLiteralPassword(): boolean {
    if (this.kind === 'text') return hasLiteral(this.#written);
    const { user, after } = splitUser(this.#written, 'widest');
    const password = /^[^:]*:(.*)@$/s.exec(blinded(user));
    if (password !== null && hasLiteral(user.slice(user.length - 1 - (password[1] ?? '').length, -1))) return true;
    return Array.from(after.matchAll(PARAMETER)).some(
      ([, , name = '', value = '']) => PASSWORD_PARAMETER.test(name) && hasLiteral(value),
    );
  }

  get references(): readonly Reference[] {
    return parts(this.#written).filter((part) => typeof part !== 'string');
  }

  equals(other: SecretText): boolean {
    return this.#written === other.#written;
  }

  /** The text with every reference replaced by what `read` gives; percent-encoded inside a URL's user part. */
  resolve(read: (reference: Reference) => string): string {
    if (this.kind === 'text') return fill(this.#written, read);
    const { before, user, after } = splitUser(this.#written, 'exact');
    const encoded = (reference: Reference): string => encodeURIComponent(read(reference));
    return fill(before, read) + fill(user, encoded) + fill(after, read);
  }

  toString(): string {
    return this.shown;
  }

  toJSON(): string {
    return this.shown;
  }

  [inspect.custom](): string {
    return this.shown;
  }
}

/** Why a text's references cannot be understood, or undefined when they can. */
export function referenceProblem(text: string): string | undefined {
  for (const match of text.matchAll(REFERENCE)) {
    if (parseReference(match[1] ?? '') === undefined) return `${match[0]} is not a reference`;
  }
  return /\$\{[^}]*$/.test(text) ? 'a reference has no closing brace' : undefined;
}

/** `text` with every reference replaced by a word without meaning, so that its form can be checked. */
export function withoutReferences(text: string): string {
  return text.replace(REFERENCE, 'reference');
}

function parseReference(inner: string): Reference | undefined {
  const colon = inner.indexOf(':');
  const from = SOURCES.find((source) => source === inner.slice(0, Math.max(0, colon)));
  const name = inner.slice(colon + 1);
  return from === undefined || name === '' ? undefined : { from, name };
}

function parts(text: string): readonly Part[] {
  const found: Part[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const reference = parseReference(match[1] ?? '');
    if (reference === undefined) continue;
    if (match.index > at) found.push(text.slice(at, match.index));
    found.push(reference);
    at = match.index + match[0].length;
  }
  if (at < text.length) found.push(text.slice(at));
  return found;
}

function fill(text: string, read: (reference: Reference) => string): string {
  return parts(text)
    .map((part) => (typeof part === 'string' ? part : read(part)))
    .join('');
}

/**
 * Takes `scheme://`, the user part with its `@`, and the rest apart; `@` inside a reference does not count. `widest`
 * takes the last `@` anywhere: a password with a bare `/` or `?` is hidden whole, at the price of hiding a path too.
 */
function splitUser(url: string, width: 'exact' | 'widest'): { before: string; user: string; after: string } {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const blind = blinded(rest);
  const searched = width === 'widest' ? blind : (/^[^/?#]*/.exec(blind)?.[0] ?? '');
  const at = scheme === '' ? -1 : searched.lastIndexOf('@');
  return { before: scheme, user: rest.slice(0, at + 1), after: rest.slice(at + 1) };
}

/** Same length, with references replaced by what has no meaning in a URL. */
function blinded(text: string): string {
  return text.replace(REFERENCE, (reference) => '_'.repeat(reference.length));
}

function hasLiteral(text: string): boolean {
  return parts(text).some((part) => typeof part === 'string');
}

function shownText(text: string): string {
  return parts(text)
    .map((part) => (typeof part === 'string' ? '***' : written(part)))
    .join('');
}

function shownUrl(url: string): string {
  const { before, user, after } = splitUser(url, 'widest');
  return before + (user === '' ? '' : `${shownUser(user.slice(0, -1))}@`) + shownQuery(after);
}

function shownUser(user: string): string {
  return parts(user)
    .map((part) => {
      if (typeof part !== 'string') return written(part);
      return part === ':' ? ':' : part.startsWith(':') ? ':***' : part.endsWith(':') ? '***:' : '***';
    })
    .join('');
}

function shownQuery(rest: string): string {
  return rest.replace(PARAMETER, (whole, mark: string, name: string, value: string) => {
    if (!(PASSWORD_PARAMETER.test(name) || USER_PARAMETER.test(name)) || value === '') return whole;
    return `${mark}${name}=${shownText(value)}`;
  });
}

function written(reference: Reference): string {
  return `\${${reference.from}:${reference.name}}`;
}
