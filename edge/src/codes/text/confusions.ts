/** Letters that OCR reads for a digit of the same form, by the digit. */
const FOR_DIGIT: Readonly<Record<string, string>> = {
  0: 'OoQDОо',
  1: 'Il|i!',
  2: 'Zz',
  3: 'ЗзЭ',
  4: 'AЧч',
  5: 'Ss',
  6: 'Gbб',
  7: 'T',
  8: 'BВ',
  9: 'gq',
};

/** Digits that OCR reads for a letter of the same form, by the letter. */
const FOR_LETTER: Readonly<Record<string, string>> = {
  O: '0',
  I: '1|!',
  Z: '2',
  A: '4',
  S: '5',
  G: '6',
  T: '7',
  B: '8',
  З: '3',
  О: '0',
  В: '8',
  Ч: '4',
};

/** Letters of one form in Latin and Cyrillic, in pairs. */
const TWINS = 'A А B В C С E Е H Н K К M М O О P Р T Т X Х Y У'.split(' ');

/** Marks that OCR reads for one another. */
const MARKS = ['.,·', '-–—_', ':;', '/|', '\'’`"'];

const digits = inverted(FOR_DIGIT);
const letters = inverted(FOR_LETTER);
const twins = new Map(TWINS.map((letter, index) => [letter, TWINS[index ^ 1] ?? letter]));

/** The digit that `read` is or looks like. */
export function asDigit(read: string): string | undefined {
  return /^[0-9]$/.test(read) ? read : digits.get(read);
}

/** The capital letter that `read` is or looks like; Latin where a digit looks like two. */
export function asLetter(read: string): string | undefined {
  const capital = read.toLocaleUpperCase('ru');
  return /^\p{Lu}$/u.test(capital) ? capital : letters.get(read);
}

/** True where `read` is `expected`, in whatever case, or looks like it. */
export function looksLike(read: string, expected: string): boolean {
  const [a, b] = [read.toLocaleUpperCase('ru'), expected.toLocaleUpperCase('ru')];
  if (a === b || twins.get(a) === b) return true;
  if (/^[0-9]$/.test(expected)) return asDigit(read) === expected;
  if (letters.get(read) === b || FOR_LETTER[b]?.includes(read) === true) return true;
  return MARKS.some((marks) => marks.includes(read) && marks.includes(expected));
}

function inverted(table: Readonly<Record<string, string>>): ReadonlyMap<string, string> {
  const pairs = Object.entries(table).flatMap(([meant, read]) => Array.from(read, (one) => [one, meant] as const));
  // The first that claims a character keeps it: Latin stands before Cyrillic.
  return new Map(pairs.toReversed());
}
