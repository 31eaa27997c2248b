import { Redactor } from '@lineside/kit';

/** To its end, or to the end of the text where that is cut off. */
const PRIVATE_KEY = /-----BEGIN ([A-Z0-9 ]*PRIVATE KEY)-----[\s\S]*?(?:-----END \1-----|$)/g;
const NAMES =
  'pass(?:word|wd|phrase)?|pwd|secret|token|api[-_]?key|private[-_]?key|auth(?:orization)?|cookie|credential';
/** `password: x`, `"token":"x"`, `PWD=x`, with what belongs to the name before and after these words. */
const NAMED = new RegExp(
  `(["']?[\\w.-]{0,40}(?:${NAMES})s?["']?\\s*[:=]\\s*)(\\$\\{[^}]*\\}|"(?:[^"\\\\]|\\\\.)*"|'[^']*'|[^\\s,;}\\]]+(?: [A-Za-z0-9+/=._~-]{8,})?)`,
  'gi',
);
const SCHEME_OF_LOGIN = /\b(Basic|Bearer|Digest) +[A-Za-z0-9+/=._~-]{6,}/g;
/** A reference says where a secret is, and is none. */
const HARMLESS = /^["']?(?:\$\{[a-z]+:[^}]*\}|\*{3}|null|true|false|undefined|\d{1,3})["']?$/;

/** Hides secrets that are known wherever they stand, and what looks like one by its name or form. */
export class Scrubber {
  readonly #secrets: readonly string[];
  readonly #redactor: Redactor;

  constructor(secrets: readonly string[]) {
    this.#secrets = secrets;
    this.#redactor = new Redactor(secrets);
  }

  scrub(text: string): string {
    const known = this.#redactor.redact(text.replace(PRIVATE_KEY, '*** private key ***'));
    return known
      .replace(NAMED, (all, name: string, value: string) => (HARMLESS.test(value) ? all : `${name}${masked(value)}`))
      .replace(SCHEME_OF_LOGIN, (_all, scheme: string) => `${scheme} ***`);
  }

  /** True where a known secret is left; short ones may be ordinary words. */
  leaks(text: string): boolean {
    return this.#secrets.some((secret) => secret.length >= 4 && text.includes(secret)) || text.search(PRIVATE_KEY) >= 0;
  }
}

/** In the same quotation marks, so that JSON stays JSON. */
function masked(value: string): string {
  const mark = /^["']/.exec(value)?.[0] ?? '';
  return `${mark}***${mark}`;
}
