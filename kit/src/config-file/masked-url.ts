import { maskAfterUser, parametersOf, splitUrl } from '../url-text.ts';
import { blankReferences, referenceText, splitReferences } from './secret-reference.ts';

/** Query parameters in which cameras take their credentials. */
const PASSWORD_PARAMETER = /pass|pwd|psw|token|key|secret|auth|session|^sid$|^pw$|signature|credential/i;

/** `text` with its literal pieces as `***` and its references as written. */
export function maskText(text: string): string {
  return splitReferences(text)
    .map((piece) => (typeof piece === 'string' ? '***' : referenceText(piece)))
    .join('');
}

/**
 * `url` with its references as written, and as `***` what may be secret in the rest: see `redactUrls`. Topics are shown
 * here: what is secret of one is a reference.
 */
export function maskUrl(url: string): string {
  const parts = splitUrl(url, 'widest', blankReferences(url));
  const { before, user } = parts;
  if (before === '' || /^file:/i.test(before)) return url;
  const shownUser = user === '' ? '' : `${maskUser(user.slice(0, -1))}@`;
  return before + shownUser + maskAfterUser(parts, maskText, blankReferences, 'shown');
}

/** True when a password is written in `url` itself instead of as a reference. A user name alone is not a password. */
export function hasLiteralPassword(url: string): boolean {
  const { user, after } = splitUrl(url, 'widest', blankReferences(url));
  const password = /^[^:]*:(.*)@$/s.exec(blankReferences(user));
  if (password !== null && hasLiteral(user.slice(user.length - 1 - (password[1] ?? '').length, -1))) return true;
  return parametersOf(after, blankReferences(after)).some(
    ({ name, value }) => PASSWORD_PARAMETER.test(name) && hasLiteral(value),
  );
}

export function hasLiteral(text: string): boolean {
  return splitReferences(text).some((piece) => typeof piece === 'string');
}

function maskUser(user: string): string {
  return splitReferences(user)
    .map((piece) => {
      if (typeof piece !== 'string') return referenceText(piece);
      return piece === ':' ? ':' : piece.startsWith(':') ? ':***' : piece.endsWith(':') ? '***:' : '***';
    })
    .join('');
}
