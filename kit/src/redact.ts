import { decodePart, encodePart, maskAfterUser, secretsOfUrl, splitUrl } from './url-text.ts';

/** Where a URL ends inside a text. A quotation mark belongs to it unless a sentence goes on after it. */
const URL_END = /[\s"<>`\\]|'(?=[\s:,.;)\]]|$)/g;
const SCHEME_MAX = 32;

/**
 * `text` with all that may be a secret in its URLs replaced: user parts, values of the query, and parts of the path that
 * are no word of a camera's or a server's path. `rtsp://cam:secret@host/live?pwd=x` becomes
 * `rtsp://***@host/live?pwd=***`. Reads each character a fixed number of times.
 */
export function redactUrls(text: string): string {
  return redactCounted(text, () => undefined);
}

/** Calls `read` with the number of characters that each step looks at. */
export function redactCounted(text: string, read: (characters: number) => void): string {
  let result = '';
  let copied = 0;
  for (let mark = text.indexOf('://'); mark >= 0; mark = text.indexOf('://', copied)) {
    const start = schemeStart(text, mark, copied);
    URL_END.lastIndex = mark + 3;
    const end = withoutPunctuation(text, mark + 3, URL_END.exec(text)?.index ?? text.length);
    const url = text.slice(start, end);
    read(mark - copied + 2 * (end - start));
    result += text.slice(copied, start) + (start === mark ? url : maskedUrl(url));
    copied = end;
  }
  return copied === 0 ? text : result + text.slice(copied);
}

function maskedUrl(url: string): string {
  if (/^file:/i.test(url)) return url;
  const parts = splitUrl(url, 'widest');
  return parts.before + (parts.user === '' ? '' : '***@') + maskAfterUser(parts, () => '***');
}

/** The end of the URL less the marks of the sentence around it. */
function withoutPunctuation(text: string, from: number, to: number): number {
  let end = to;
  while (end > from && to - end < 2 && ':,.;)]'.includes(text.charAt(end - 1))) end -= 1;
  return end;
}

/** Where the scheme before `mark` begins; `mark` itself where there is none. */
function schemeStart(text: string, mark: number, from: number): number {
  const least = Math.max(from, mark - SCHEME_MAX + 1);
  let start = mark;
  while (start > least && /[a-z0-9+.-]/i.test(text.charAt(start - 1))) start -= 1;
  while (start < mark && !/[a-z]/i.test(text.charAt(start))) start += 1;
  return start;
}

/** Shorter ones would be found in every word; URLs hide them by their place. */
const SECRET_MIN = 3;

/** Hides secrets that are known, wherever they stand and however they are encoded, and what `redactUrls` hides. */
export class Redactor {
  /** Longest first, so that a secret that contains another one is replaced in one piece. */
  readonly #replacements: readonly (readonly [string, string])[];

  /** `aliases` are texts that are shown as other texts. */
  constructor(secrets: readonly string[], aliases: readonly (readonly [string, string])[] = []) {
    const spellings = new Set(
      secrets.flatMap((secret) => [secret, encodePart(secret), encodeURI(secret), decodePart(secret)]),
    );
    const hidden = [...spellings].filter((text) => text.length >= SECRET_MIN && text !== '***');
    this.#replacements = [...aliases, ...hidden.map((text) => [text, '***'] as const)].sort(
      ([one], [other]) => other.length - one.length,
    );
  }

  /** For everything that is written about the source with this URL. */
  static ofUrl(url: string, aliases: readonly (readonly [string, string])[] = []): Redactor {
    return new Redactor(secretsOfUrl(url), [[url, redactUrls(url)], ...aliases]);
  }

  redact(text: string): string {
    const replaced = this.#replacements.reduce((rest, [secret, shown]) => rest.replaceAll(secret, () => shown), text);
    return redactUrls(replaced);
  }
}
