import { blankReferences, referenceText, splitReferences } from './secret-reference.ts';

const PARAMETER = /([?&])([^=&#]+)=([^&#]*)/g;
/** Query parameters in which cameras take their credentials. */
const PASSWORD_PARAMETER = /^(pass(word|wd)?|pwd|token|key|api_?key|secret|auth)$/i;
const USER_PARAMETER = /^(user(name)?|usr|login)$/i;

/** `text` with its literal pieces as `***` and its references as written. */
export function maskText(text: string): string {
  return splitReferences(text)
    .map((piece) => (typeof piece === 'string' ? '***' : referenceText(piece)))
    .join('');
}

/** `url` with literal credentials as `***` and references as written. */
export function maskUrl(url: string): string {
  const { before, user, after } = splitUser(url, 'widest');
  return before + (user === '' ? '' : `${maskUser(user.slice(0, -1))}@`) + maskQuery(after);
}

/** True when a password is written in `url` itself instead of as a reference. A user name alone is not a password. */
export function hasLiteralPassword(url: string): boolean {
  const { user, after } = splitUser(url, 'widest');
  const password = /^[^:]*:(.*)@$/s.exec(blankReferences(user));
  if (password !== null && hasLiteral(user.slice(user.length - 1 - (password[1] ?? '').length, -1))) return true;
  return Array.from(after.matchAll(PARAMETER)).some(
    ([, , name = '', value = '']) => PASSWORD_PARAMETER.test(name) && hasLiteral(value),
  );
}

export function hasLiteral(text: string): boolean {
  return splitReferences(text).some((piece) => typeof piece === 'string');
}

/**
 * Splits into `scheme://`, the user part with its `@`, and the rest; `@` inside a reference does not count. `widest`
 * takes the last `@` anywhere: this hides a password that contains `/` or `?`, at the price of hiding a path too.
 */
export function splitUser(url: string, width: 'exact' | 'widest'): { before: string; user: string; after: string } {
  const scheme = /^[a-z][a-z0-9+.-]*:\/\//i.exec(url)?.[0] ?? '';
  const rest = url.slice(scheme.length);
  const blank = blankReferences(rest);
  const searched = width === 'widest' ? blank : (/^[^/?#]*/.exec(blank)?.[0] ?? '');
  const at = scheme === '' ? -1 : searched.lastIndexOf('@');
  return { before: scheme, user: rest.slice(0, at + 1), after: rest.slice(at + 1) };
}

function maskUser(user: string): string {
  return splitReferences(user)
    .map((piece) => {
      if (typeof piece !== 'string') return referenceText(piece);
      return piece === ':' ? ':' : piece.startsWith(':') ? ':***' : piece.endsWith(':') ? '***:' : '***';
    })
    .join('');
}

function maskQuery(rest: string): string {
  return rest.replace(PARAMETER, (parameter, mark: string, name: string, value: string) => {
    if (!(PASSWORD_PARAMETER.test(name) || USER_PARAMETER.test(name)) || value === '') return parameter;
    return `${mark}${name}=${maskText(value)}`;
  });
}
