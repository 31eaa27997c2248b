import { elementNumber } from './elements.ts';
import { encodeNode, type GraphNode, type NodeAttribute } from './encode-model.ts';
import type { OnnxModel } from './model.ts';

type Attributes = Readonly<Record<string, NodeAttribute>>;

/** Nodes one after the other, each with the output of the one before as its input. */
export class Chain {
  readonly #names: Names;
  readonly #nodes: (Omit<GraphNode, 'outputs'> & { readonly output: string })[] = [];
  readonly #constants: Uint8Array[] = [];
  #last: string;

  constructor(from: string, names: Names) {
    this.#last = from;
    this.#names = names;
  }

  add(op: string, attributes: Attributes = {}, more: readonly string[] = []): void {
    const output = this.#names.fresh(`prepared_${op.toLowerCase()}`);
    this.#nodes.push({ op, inputs: [this.#last, ...more], output, attributes });
    this.#last = output;
  }

  cast(type: string): void {
    this.add('Cast', castTo(type));
  }

  /**
   * An operator whose second input is a constant. The constant is a node, not an initializer: before IR version 4
   * initializers are inputs too.
   */
  with(
    op: string,
    type: 'float32' | 'int64',
    shape: readonly number[],
    values: readonly number[],
    attributes: Attributes = {},
  ): void {
    const name = this.#names.fresh('prepared_constant');
    const data = type === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    this.#constants.push(preparedNode('Constant', [], name, { value: { tensor: { name, shape, data } } }));
    this.add(op, attributes, [name]);
  }

  /** The last node's output takes the name that the graph reads, so that no other name changes. */
  endAs(name: string): readonly Uint8Array[] {
    const last = this.#nodes.length - 1;
    const nodes = this.#nodes.map(({ op, inputs, output, attributes = {} }, i) =>
      preparedNode(op, inputs, i === last ? name : output, attributes),
    );
    return [...this.#constants, ...nodes];
  }
}

/** Names that no value of the graph has. */
export class Names {
  readonly #taken: Set<string>;

  constructor(model: OnnxModel) {
    this.#taken = new Set([
      ...model.nodes.flatMap(({ inputs, outputs }) => [...inputs, ...outputs]),
      ...[...model.inputs, ...model.outputs, ...model.initializers].map(({ name }) => name),
    ]);
  }

  fresh(wanted: string): string {
    let name = wanted;
    for (let n = 2; this.#taken.has(name); n += 1) name = `${wanted}_${n}`;
    this.#taken.add(name);
    return name;
  }
}

export function castTo(type: string): Attributes {
  return { to: elementNumber(type) };
}

/** A node with one output, named after it. */
export function preparedNode(
  op: string,
  inputs: readonly string[],
  output: string,
  attributes: Attributes,
): Uint8Array {
  return encodeNode({ name: `lineside_${output}`, op, inputs, outputs: [output], attributes });
}
