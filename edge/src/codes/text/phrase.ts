import { looksLike } from './confusions.ts';

/**
 * True where the lines hold the phrase, whatever the case and the breaks of lines; characters that OCR confuses are
 * equal. Every word must stand there in full.
 */
export function holdsPhrase(lines: readonly string[], phrase: string): boolean {
  const words = wordsOf([phrase]);
  const read = wordsOf(lines);
  if (words.length === 0) return false;
  return read.some((_, at) => words.every((word, index) => sameWord(read[at + index], word)));
}

function wordsOf(lines: readonly string[]): readonly string[] {
  return lines.flatMap((line) => line.split(/[^\p{L}\p{Nd}|!]+/u)).filter((word) => word !== '');
}

function sameWord(read: string | undefined, expected: string): boolean {
  if (read === undefined) return false;
  const [a, b] = [Array.from(read), Array.from(expected)];
  return a.length === b.length && a.every((character, index) => looksLike(character, b[index] ?? ''));
}
