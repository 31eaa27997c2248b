/** The codes of a vocabulary, in its order, as a list that is known to have a first entry. */
export function codesOf<K extends string>(vocabulary: Readonly<Record<K, unknown>>): readonly [K, ...K[]] {
  const [first, ...rest] = Object.keys(vocabulary) as K[];
  if (first === undefined) throw new TypeError('a vocabulary needs at least one code');
  return [first, ...rest];
}

/** How a code is written that a newer device may send: the receiver keeps and shows it, known or not. */
export const CODE_PATTERN = /^[a-z][a-z0-9_]{0,63}$/;
