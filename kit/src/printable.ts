/**
 * What can act on a terminal, a page or a log instead of being shown: control characters, the marks that turn the
 * direction of writing, other invisible format characters, line and paragraph separators, halves of surrogate pairs.
 * The two joiners stay: several scripts need them.
 */
const HARMFUL = /(?!\u200c|\u200d)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
const HARMFUL_IN_LINES = /(?!\u200c|\u200d|[\n\t])[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;

/**
 * `text` in one line that is harmless wherever it is shown: every character that would act instead of being shown is
 * written as its escape, such as `\u001b`. For each text from outside (labels and metadata of models, names of files,
 * what cameras and devices send), where it enters. `most`: greatest length in UTF-16 units.
 */
export function printable(text: string, most = 4096): string {
  return shortened(text, most).replace(HARMFUL, escaped);
}

/**
 * The same for the output of a program, whose line ends and tabs stay. JSON keeps its meaning: the escapes are JSON's own.
 */
export function printableLines(text: string): string {
  return text.replace(HARMFUL_IN_LINES, escaped);
}

function shortened(text: string, most: number): string {
  return text.length <= most ? text : `${text.slice(0, most - 1)}…`;
}

function escaped(character: string): string {
  return Array.from({ length: character.length }, (_, n) => {
    return `\\u${character.charCodeAt(n).toString(16).padStart(4, '0')}`;
  }).join('');
}
