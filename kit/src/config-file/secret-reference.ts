/** Where a secret is kept: an environment variable, a file, or a systemd credential. */
export interface SecretReference {
  readonly from: 'env' | 'file' | 'credential';
  readonly name: string;
}

/** Without `{` inside, so that a text full of openings is read once. */
const REFERENCE = /\$\{([^{}]*)\}/g;
const SOURCES = ['env', 'file', 'credential'] as const;

/** The reference as it is written in the configuration: `${env:NAME}`. */
export function referenceText({ from, name }: SecretReference): string {
  return `\${${from}:${name}}`;
}

/** Why the references in `text` cannot be understood, or undefined when they can. */
export function referenceProblem(text: string): string | undefined {
  for (const match of text.matchAll(REFERENCE)) {
    if (parseReference(match[1] ?? '') === undefined) return `${match[0]} is not a reference`;
  }
  return withoutReferences(text).includes('${') ? 'a reference has no closing brace, or one too many' : undefined;
}

/** `text` with every reference replaced by a word without meaning, so that its form can be checked. */
export function withoutReferences(text: string): string {
  return text.replace(REFERENCE, 'reference');
}

/** `text` with every reference replaced by characters that mean nothing in a URL. The length stays the same. */
export function blankReferences(text: string): string {
  return text.replace(REFERENCE, (reference) => '_'.repeat(reference.length));
}

/** The literal pieces and the references of `text`, in order. */
export function splitReferences(text: string): readonly (string | SecretReference)[] {
  const pieces: (string | SecretReference)[] = [];
  let at = 0;
  for (const match of text.matchAll(REFERENCE)) {
    const reference = parseReference(match[1] ?? '');
    if (reference === undefined) continue;
    if (match.index > at) pieces.push(text.slice(at, match.index));
    pieces.push(reference);
    at = match.index + match[0].length;
  }
  if (at < text.length) pieces.push(text.slice(at));
  return pieces;
}

/** `text` with every reference replaced by what `read` returns for it. */
export function fillReferences(text: string, read: (reference: SecretReference) => string): string {
  return splitReferences(text)
    .map((piece) => (typeof piece === 'string' ? piece : read(piece)))
    .join('');
}

function parseReference(inner: string): SecretReference | undefined {
  const colon = inner.indexOf(':');
  const from = SOURCES.find((source) => source === inner.slice(0, Math.max(0, colon)));
  const name = inner.slice(colon + 1);
  return from === undefined || name === '' ? undefined : { from, name };
}
