import type * as Yaml from 'yaml';

/** Something that the grammar of YAML permits and that cannot be used. */
export interface YamlFault {
  /** Place in the text, in UTF-16 code units from 0. */
  readonly offset: number;
  readonly message: string;
  readonly advice?: string;
}

/** Most aliases of one anchor, most values with all aliases followed, and most levels of groups in each other. */
const MAX_ALIASES = 100;
const MAX_VALUES = 20_000;
const MAX_DEPTH = 64;

type Library = typeof Yaml;

/**
 * Keys that exist twice, aliases without an anchor, inside their own anchor or too many, and documents that are too
 * large once their aliases are followed. Only the first of the faults that concern the size is reported.
 */
export function yamlFaults(yaml: Library, document: Yaml.Document.Parsed): readonly YamlFault[] {
  return new FaultSearch(yaml).of(document.contents);
}

interface Anchor {
  readonly node: Yaml.Node;
  /** Values in it, with aliases followed; known when all of it was visited. */
  size: number;
  uses: number;
}

class FaultSearch {
  readonly #yaml: Library;
  readonly #faults: YamlFault[] = [];
  /** What each anchor stands for now: a later anchor of the same name replaces the one before. */
  readonly #anchors = new Map<string, Anchor>();
  readonly #open = new Set<Yaml.Node>();
  #values = 0;
  #full = false;

  constructor(yaml: Library) {
    this.#yaml = yaml;
  }

  of(root: unknown): readonly YamlFault[] {
    this.#visit(root, 0);
    return this.#faults;
  }

  #visit(node: unknown, offset: number): void {
    const { isAlias, isMap, isNode, isPair, isSeq } = this.#yaml;
    if (this.#full || !isNode(node)) return;
    const at = node.range?.[0] ?? offset;
    if (isAlias(node)) return this.#alias(node, at);
    const before = this.#values;
    const anchor: Anchor = { node, size: 0, uses: 0 };
    if ('anchor' in node && typeof node.anchor === 'string') this.#anchors.set(node.anchor, anchor);
    this.#count(1, at);
    this.#open.add(node);
    if (this.#open.size > MAX_DEPTH) this.#tooLarge(at, `has more than ${MAX_DEPTH} levels of groups in each other`);
    if (isSeq(node)) for (const item of node.items) this.#visit(item, at);
    if (isMap(node)) {
      this.#keys(node);
      for (const item of node.items) {
        if (!isPair(item)) continue;
        this.#visit(item.key, at);
        this.#visit(item.value, at);
      }
    }
    this.#open.delete(node);
    anchor.size = this.#values - before;
  }

  #alias(alias: Yaml.Alias, offset: number): void {
    const name = alias.source;
    const target = this.#anchors.get(name);
    if (target === undefined) {
      const message = `the alias *${name} has no anchor &${name} before it`;
      this.#faults.push({
        offset,
        message,
        advice: `write the value itself, or quote it where it is text: "*${name}"`,
      });
    } else if (this.#open.has(target.node)) {
      const message = `the alias *${name} stands inside of its own anchor`;
      this.#faults.push({ offset, message, advice: `write the value itself in place of *${name}` });
    } else {
      target.uses += 1;
      if (target.uses > MAX_ALIASES)
        this.#tooLarge(offset, `the anchor &${name} is used more than ${MAX_ALIASES} times`);
      this.#count(target.size, offset);
    }
  }

  #keys(map: Yaml.YAMLMap): void {
    const { isPair, isScalar } = this.#yaml;
    const known = new Set<unknown>();
    for (const item of map.items) {
      if (!isPair(item) || !isScalar(item.key)) continue;
      const { value, range } = item.key;
      if (known.has(value)) this.#faults.push({ offset: range?.[0] ?? 0, message: 'this key exists twice' });
      known.add(value);
    }
  }

  #count(values: number, offset: number): void {
    this.#values += values;
    if (this.#values > MAX_VALUES)
      this.#tooLarge(offset, `has more than ${MAX_VALUES} values with its aliases followed`);
  }

  #tooLarge(offset: number, message: string): void {
    if (!this.#full) this.#faults.push({ offset, message, advice: 'write it shorter, without aliases of aliases' });
    this.#full = true;
  }
}
