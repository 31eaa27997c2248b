import { createRequire } from 'node:module';
import type * as Yaml from 'yaml';
import { type YamlFault, yamlFaults } from './yaml-faults.ts';

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
  readonly advice: string;
}

/** Keys and indices that lead to a value. */
export type ValuePath = readonly PropertyKey[];

const SYNTAX_ADVICE = 'check indentation (spaces, no tabs), colons and quotes in this line and the one before';

/** A YAML text with the position of each of its values. No text makes it throw: what cannot be read is a problem. */
export class YamlSource {
  readonly problems: readonly YamlProblem[];
  readonly #document: Yaml.Document.Parsed | undefined;
  readonly #lines: Yaml.LineCounter;
  readonly #value: unknown;

  constructor(text: string) {
    const yaml = loadYaml();
    this.#lines = new yaml.LineCounter();
    try {
      const refused = forbiddenCharacter(text) ?? tooLarge(yaml, text);
      if (refused !== undefined) {
        this.problems = [refused];
        return;
      }
      // Without pretty errors: they quote the line, which may contain a password. Keys are compared in `yamlFaults`,
      // which needs no square of their number.
      const options = { lineCounter: this.#lines, prettyErrors: false, strict: true, uniqueKeys: false };
      const document = yaml.parseDocument(text, options);
      this.#document = document;
      // An unknown tag is a warning of the parser, which then takes the value as text.
      const tags = document.warnings.filter(({ code }) => code === 'TAG_RESOLVE_FAILED');
      const errors = [...document.errors, ...tags].map((error) => ({
        offset: error.pos[0],
        message: problemText(error),
      }));
      const faults = [...errors, ...yamlFaults(yaml, document)].sort((one, other) => one.offset - other.offset);
      this.problems = faults.map(({ offset, message, advice = SYNTAX_ADVICE }: YamlFault) => {
        return { ...this.#position(offset), message, advice };
      });
      // Aliases were counted and followed above: the library's own limit would throw without a position.
      if (faults.length === 0) this.#value = withoutNulls(document.toJS({ maxAliasCount: -1 }));
    } catch (error) {
      // Groups nested thousands deep exhaust the stack of the parser.
      const message = error instanceof RangeError ? 'is nested too deeply to be read' : 'cannot be read as YAML';
      this.problems = [{ line: 1, column: 1, message, advice: 'is this the right file? It must be a YAML text' }];
    }
  }

  /**
   * The value without keys that have no value: a section whose keys are all commented out counts as absent. Undefined
   * where there are problems.
   */
  value(): unknown {
    return this.#value;
  }

  /** Position of the key or value at `path`, or of its nearest ancestor. */
  positionOf(path: ValuePath): SourcePosition {
    const { isNode } = loadYaml();
    if (this.#document === undefined) return { line: 1, column: 1 };
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
    const parent: unknown =
      path.length === 1 ? this.#document?.contents : this.#document?.getIn(path.slice(0, -1), true);
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
  if (code !== 'TAG_RESOLVE_FAILED') return lowerFirst(message);
  return 'starts with ! and is read as a tag, which is not known here: put the text in quotes, or refer to a secret with ${file:/path}';
}

function withoutNulls(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutNulls);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).filter(([, item]) => item !== null);
  return Object.fromEntries(entries.map(([key, item]) => [key, withoutNulls(item)]));
}

/** YAML 1.2, 5.1: of the control characters a text has only tab and line ends. A NUL byte is the sign of a damaged file. */
function forbiddenCharacter(text: string): YamlProblem | undefined {
  for (let at = 0, line = 1, start = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === 0x0a) {
      line += 1;
      start = at + 1;
    } else if ((code < 0x20 && code !== 0x09 && code !== 0x0d) || code === 0x7f) {
      const name = code === 0 ? 'a NUL byte' : `the control character 0x${code.toString(16).padStart(2, '0')}`;
      const advice = 'the file is damaged, or no text: restore it, or remove the character';
      return { line, column: at - start + 1, message: `contains ${name}`, advice };
    }
  }
  return undefined;
}

/** Most words and signs of a text, and most brackets in each other: the parser needs seconds for more. */
const MAX_TOKENS = 100_000;
const MAX_BRACKETS = 64;

function tooLarge(yaml: typeof Yaml, text: string): YamlProblem | undefined {
  let tokens = 0;
  let brackets = 0;
  let line = 1;
  for (const token of new yaml.Lexer().lex(text)) {
    tokens += 1;
    if (token === '[' || token === '{') brackets += 1;
    else if (token === ']' || token === '}') brackets -= 1;
    else if (token.includes('\n')) line += token.split('\n').length - 1;
    if (brackets <= MAX_BRACKETS && tokens <= MAX_TOKENS) continue;
    const message = brackets > MAX_BRACKETS ? 'is nested too deeply' : 'has too many values';
    return { line, column: 1, message, advice: 'is this the right file?' };
  }
  return undefined;
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
