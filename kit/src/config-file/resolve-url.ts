import { encodePart, encodeUserPart, splitUrl } from '../url-text.ts';
import {
  blankReferences,
  fillReferences,
  referenceText,
  type SecretReference,
  splitReferences,
} from './secret-reference.ts';

type Read = (reference: SecretReference) => string;

/**
 * `url` with its references replaced by what `read` returns: percent-encoded in the user part and in the value of a
 * parameter. A reference in the path or for all of the query may bring `/`, `?` and `&` along; one that is all of the URL
 * is taken as it is.
 */
export function resolveUrl(url: string, read: Read): string {
  const { before, user, after } = splitUrl(url, 'exact', blankReferences(url));
  const literal = encodeUserPart(url, blankReferences(url), encodeLiterals);
  if (literal !== url) return resolveUrl(literal, read);
  const encoded = (reference: SecretReference): string => encodePart(read(reference));
  return encodeUserPart(fillReferences(before, read) + fillReferences(user, encoded) + filledAfter(after, read));
}

function encodeLiterals(text: string): string {
  return splitReferences(text)
    .map((piece) => (typeof piece === 'string' ? encodePart(piece) : referenceText(piece)))
    .join('');
}

function filledAfter(after: string, read: Read): string {
  const blank = blankReferences(after);
  const query = blank.indexOf('?');
  if (query < 0) return fillReferences(after, read);
  const pieces = Array.from(blank.slice(query).matchAll(/[?&][^?&]*/g), ({ 0: { length }, index }) => {
    const start = query + index;
    const equals = blank.slice(start, start + length).indexOf('=');
    const valueAt = equals < 0 ? length : equals + 1;
    const name = after.slice(start, start + valueAt);
    const value = after.slice(start + valueAt, start + length);
    return fillReferences(name, read) + fillReferences(value, (reference) => encodePart(read(reference)));
  });
  return fillReferences(after.slice(0, query), read) + pieces.join('');
}
