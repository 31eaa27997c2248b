import { isMap, isNode, isPair, isSeq, LineCounter, parseDocument, type Document } from 'yaml';

export interface Place {
  readonly line: number;
  readonly column: number;
}

export interface SyntaxProblem extends Place {
  readonly message: string;
}

export type Path = readonly PropertyKey[];

/** A YAML text with the place of each of its values. */
export class SourceDocument {
  readonly #document: Document.Parsed;
  readonly #lines = new LineCounter();

  constructor(text: string) {
    // Without pretty errors: they quote the line, which may hold a password.
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, strict: true });
  }

  get syntaxProblems(): readonly SyntaxProblem[] {
    return this.#document.errors.map((error) => ({
      ...this.#place(error.pos[0]),
      message: error.code === 'DUPLICATE_KEY' ? 'this key is there twice' : lowerFirst(error.message),
    }));
  }

  /** The value, keys without a value left out: a section whose keys are all commented out is as if it were not there. */
  value(): unknown {
    return withoutNulls(this.#document.toJS({ maxAliasCount: 100 }));
  }

  /** Where the value at `path` stands, or where its nearest ancestor begins. */
  placeOf(path: Path): Place {
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#keyAt(path.slice(0, length)) ?? this.#document.getIn(path.slice(0, length), true);
      const start = isNode(node) ? node.range?.[0] : undefined;
      if (start !== undefined) return this.#place(start);
    }
    const start = this.#document.contents?.range[0];
    return start === undefined ? { line: 1, column: 1 } : this.#place(start);
  }

  /** The key node of a mapping's entry: that is where an editor should jump to. */
  #keyAt(path: Path): unknown {
    const parent: unknown = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (isSeq(parent) || !isMap(parent)) return undefined;
    const wanted = String(path.at(-1));
    const pair = parent.items.find((item) => isPair(item) && String(item.key) === wanted);
    return pair?.key;
  }

  #place(offset: number): Place {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
