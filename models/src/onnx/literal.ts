/** What a Python or JSON literal in a model's metadata can hold. */
export type Literal = string | number | boolean | null | readonly Literal[] | ReadonlyMap<string, Literal>;

const DEPTH_MOST = 8;
const WORDS: Readonly<Record<string, boolean | null>> = {
  True: true,
  False: false,
  None: null,
  true: true,
  false: false,
  null: null,
};
const ESCAPES: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', '0': '\0' };

/**
 * Reads a literal of Python (as `str(dict)` writes it) or JSON: dicts, lists, tuples, strings, numbers. Keys become
 * text, in their order. Undefined for anything else.
 */
export function parseLiteral(text: string): Literal | undefined {
  const reader = new LiteralReader(text);
  try {
    return reader.read();
  } catch (error) {
    if (error instanceof LiteralError) return undefined;
    throw error;
  }
}

class LiteralError extends Error {
  override readonly name = 'LiteralError';
}

class LiteralReader {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  read(): Literal {
    const value = this.#value(0);
    this.#space();
    if (this.#at < this.#text.length) throw new LiteralError();
    return value;
  }

  #value(depth: number): Literal {
    if (depth > DEPTH_MOST) throw new LiteralError();
    this.#space();
    const first = this.#text[this.#at];
    if (first === '{') return this.#dict(depth);
    if (first === '[' || first === '(') return this.#list(first === '[' ? ']' : ')', depth);
    if (first === '"' || first === "'") return this.#string(first);
    return this.#plain();
  }

  #dict(depth: number): Literal {
    const entries = new Map<string, Literal>();
    this.#at += 1;
    while (!this.#take('}')) {
      const key = this.#value(depth + 1);
      if (typeof key === 'object' || !this.#take(':')) throw new LiteralError();
      entries.set(String(key), this.#value(depth + 1));
      if (!this.#take(',') && this.#peek() !== '}') throw new LiteralError();
    }
    return entries;
  }

  #list(end: ']' | ')', depth: number): Literal {
    const values: Literal[] = [];
    this.#at += 1;
    while (!this.#take(end)) {
      values.push(this.#value(depth + 1));
      if (!this.#take(',') && this.#peek() !== end) throw new LiteralError();
    }
    return values;
  }

  #string(quote: string): string {
    let value = '';
    for (this.#at += 1; this.#at < this.#text.length; this.#at += 1) {
      const character = this.#text[this.#at] ?? '';
      if (character === quote) {
        this.#at += 1;
        return value;
      }
      value += character === '\\' ? this.#escape() : character;
    }
    throw new LiteralError();
  }

  /** Leaves the position on the last character of the escape. */
  #escape(): string {
    this.#at += 1;
    const kind = this.#text[this.#at] ?? '';
    const digits = kind === 'u' ? 4 : kind === 'x' ? 2 : 0;
    if (digits === 0) return ESCAPES[kind] ?? kind;
    const code = Number.parseInt(this.#text.slice(this.#at + 1, this.#at + 1 + digits), 16);
    this.#at += digits;
    return Number.isNaN(code) ? '' : String.fromCharCode(code);
  }

  #plain(): Literal {
    const word = /^[\w.+-]+/.exec(this.#text.slice(this.#at, this.#at + 64))?.[0];
    if (word === undefined) throw new LiteralError();
    this.#at += word.length;
    const known = WORDS[word];
    if (known !== undefined) return known;
    const number = Number(word);
    if (Number.isNaN(number)) throw new LiteralError();
    return number;
  }

  #space(): void {
    while (/\s/.test(this.#text[this.#at] ?? '')) this.#at += 1;
  }

  #peek(): string | undefined {
    this.#space();
    return this.#text[this.#at];
  }

  #take(character: string): boolean {
    if (this.#peek() !== character) return false;
    this.#at += 1;
    return true;
  }
}
