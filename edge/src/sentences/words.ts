/** What is left of a sentence while it is read: words between single spaces, with a bar where some were taken. */
export class Words {
  #text: string;

  constructor(sentence: string) {
    this.#text = ` ${normal(sentence)} `;
  }

  /** Takes the first part that fits the pattern, of whole words; undefined where none does. */
  take(pattern: string): RegExpExecArray | undefined {
    const found = new RegExp(`(?<= )(?:${pattern})(?= )`, 'u').exec(this.#text);
    if (found === null) return undefined;
    const { index } = found;
    this.#text = `${this.#text.slice(0, index)}|${this.#text.slice(index + found[0].length)}`;
    return found;
  }

  /** Whether a part fits; nothing is taken. */
  has(pattern: string): boolean {
    return new RegExp(`(?<= )(?:${pattern})(?= )`, 'u').test(this.#text);
  }

  replace(word: string, by: string): void {
    this.#text = this.#text.replaceAll(` ${word} `, ` ${by} `);
  }

  /** The words that nothing took, in their order. */
  rest(): readonly string[] {
    return this.#text.split(/[ |]+/).filter((word) => word !== '');
  }
}

/** Lower case, with single spaces and without punctuation; what stands inside of numbers, times and names stays. */
function normal(sentence: string): string {
  return sentence
    .normalize('NFC')
    .toLowerCase()
    .replace(/(\d),(\d)/g, '$1.$2')
    .replace(/[.:,;!?](?=\s|$)/g, ' ')
    .replace(/(?<=^|\s)[-–—]+(?=\s|$)/g, ' ')
    .replace(/["'«»“”„()|]/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
}

/** A name as part of a pattern. */
export function literally(name: string): string {
  return name.toLowerCase().replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}
