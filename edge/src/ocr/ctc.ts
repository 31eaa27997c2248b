/** Characters that a recognition model knows, and which of them may be read. */
export interface Alphabet {
  /** Number of classes of the model: the blank, then the characters of the dictionary, then the space. */
  readonly classes: number;
  /** Classes that may be read, with their characters; the blank is class 0 and has none. */
  readonly readable: readonly (readonly [index: number, character: string])[];
}

/** Letters, digits and marks of European print. The dictionary has thousands of Chinese characters beside them. */
const PRINTED = /^[\u0020-\u007e\u00a1-\u024f\u0400-\u04ff€°№‘’“”–—·×]$/u;

/** The alphabet of a dictionary with one character in each line. */
export function alphabetOf(dictionary: string): Alphabet {
  const lines = dictionary.replace(/\n$/, '').split(/\r?\n/);
  const characters = [...lines, ' '];
  const readable = characters.flatMap((character, index) =>
    PRINTED.test(character) ? [[index + 1, character] as const] : [],
  );
  return { classes: characters.length + 1, readable };
}

/** A line as a model recognised it. */
export interface Recognised {
  readonly text: string;
  /** Mean probability of its characters, 0 to 1; 0 without any. */
  readonly score: number;
}

/**
 * The best path of a connectionist temporal classification (Graves et al., ICML 2006, section 3.2): the most probable
 * class of each step, repetitions taken together, blanks left out. Classes outside of the alphabet are never taken, and
 * the probability that they have is missing in the score.
 *
 * @param probabilities steps x classes.
 */
export function bestPath(probabilities: Float32Array, { classes, readable }: Alphabet): Recognised {
  const characters: string[] = [];
  let [sum, before] = [0, 0];
  for (let from = 0; from + classes <= probabilities.length; from += classes) {
    let [best, most, character] = [0, probabilities[from] ?? 0, ''];
    for (const [index, one] of readable) {
      const probability = probabilities[from + index] ?? 0;
      if (probability > most) [best, most, character] = [index, probability, one];
    }
    if (best !== 0 && best !== before) {
      characters.push(character);
      sum += most;
    }
    before = best;
  }
  const text = characters.join('').trim();
  return { text, score: text === '' ? 0 : sum / characters.length };
}
