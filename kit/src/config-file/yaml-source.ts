import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';

/** Loaded only where a file is read: the commands that read none start faster. */
function loadYaml(): typeof Yaml {
  return createRequire(import.meta.url)('yaml') as typeof Yaml;
}

/** A place in a text; both numbers start at 1. */
export interface SourcePosition {
  readonly line: number;
  readonly column: number;
}

export interface YamlProblem extends SourcePosition {
  readonly message: string;
}

/** Keys and indices that lead to a value. */
export type ValuePath = readonly PropertyKey[];

/** A YAML text with the position of each of its values. */
export class YamlSource {
  readonly #document: Yaml.Document.Parsed;
  readonly #lines: Yaml.LineCounter;

  constructor(text: string) {
    const { LineCounter, parseDocument } = loadYaml();
    this.#lines = new LineCounter();
    // Without pretty errors: they quote the line, which may contain a password.
    this.#document = parseDocument(text, { lineCounter: this.#lines, prettyErrors: false, strict: true });
  }

  get problems(): readonly YamlProblem[] {
    // An unknown tag is a warning of the parser, which then takes the value as text.
    const tags = this.#document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
    return [...this.#document.errors, ...tags].map((error) => ({
      ...this.#position(error.pos[0]),
      message: problemText(error),
    }));
  }

  /** The value without keys that have no value: a section whose keys are all commented out counts as absent. */
  value(): unknown {
    return withoutNulls(this.#document.toJS({ maxAliasCount: 100 }));
  }

  /** Position of the key or value at `path`, or of its nearest ancestor. */
  positionOf(path: ValuePath): SourcePosition {
    const { isNode } = loadYaml();
    for (let length = path.length; length > 0; length -= 1) {
      const node = this.#keyAt(path.slice(0, length)) ?? this.#document.getIn(path.slice(0, length), true);
      const start = isNode(node) ? node.range?.[0] : undefined;
      if (start !== undefined) return this.#position(start);
    }
    const start = this.#document.contents?.range[0];
    return start === undefined ? { line: 1, column: 1 } : this.#position(start);
  }

  /** The key node of a mapping's entry: an editor should jump there. */
  #keyAt(path: ValuePath): unknown {
    const { isMap, isPair, isSeq } = loadYaml();
    const parent: unknown = path.length === 1 ? this.#document.contents : this.#document.getIn(path.slice(0, -1), true);
    if (isSeq(parent) || !isMap(parent)) return undefined;
    const wanted = String(path.at(-1));
    const pair = parent.items.find((item) => isPair(item) && String(item.key) === wanted);
    return pair?.key;
  }

  #position(offset: number): SourcePosition {
    const { line, col } = this.#lines.linePos(offset);
    return { line, column: col };
  }
}

/** Quotes nothing of the file: a password that starts with `!` is read as a tag. */
function problemText({ code, message }: Yaml.YAMLError): string {
  if (code === 'DUPLICATE_KEY') return 'this key exists twice';
  if (code !== 'TAG_RESOLVE_FAILED') return lowerFirst(message);
  return 'starts with ! and is read as a tag, which is not known here: put the text in quotes, or refer to a secret with ${file:/path}';
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
