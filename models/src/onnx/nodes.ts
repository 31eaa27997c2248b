import { elementNumber } from './elements.ts';
import type { OnnxModel } from './model.ts';
import { encode } from './schema.ts';

/** Nodes one after the other, each fed by the one before. */
export class Chain {
  readonly #names: Names;
  readonly #nodes: { op: string; inputs: readonly string[]; output: string; attributes: readonly object[] }[] = [];
  readonly #constants: Uint8Array[] = [];
  #last: string;

  constructor(from: string, names: Names) {
    this.#last = from;
    this.#names = names;
  }

  add(op: string, attributes: readonly object[], more: readonly string[] = []): void {
    const output = this.#names.fresh(`prepared_${op.toLowerCase()}`);
    this.#nodes.push({ op, inputs: [this.#last, ...more], output, attributes });
    this.#last = output;
  }

  cast(type: string): void {
    this.add('Cast', [castTo(type)]);
  }

  /** An operator whose second input is a constant. A node rather than an initializer: before IR version 4 those are inputs too. */
  with(
    op: string,
    type: 'float32' | 'int64',
    dims: readonly number[],
    values: readonly number[],
    attributes: readonly object[] = [],
  ): void {
    const name = this.#names.fresh('prepared_constant');
    const raw = type === 'int64' ? BigInt64Array.from(values, BigInt) : Float32Array.from(values);
    const tensor = { name, dims, data_type: elementNumber(type), raw_data: new Uint8Array(raw.buffer) };
    this.#constants.push(node('Constant', [], name, [{ name: 'value', t: tensor, type: 4 }]));
    this.add(op, attributes, [name]);
  }

  /** The last one's output takes the name that the graph reads, so that nothing else changes its name. */
  endAs(name: string): readonly Uint8Array[] {
    const last = this.#nodes.length - 1;
    const nodes = this.#nodes.map(({ op, inputs, output, attributes }, i) =>
      node(op, inputs, i === last ? name : output, attributes),
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

export function castTo(type: string): object {
  return { name: 'to', i: elementNumber(type), type: 2 };
}

export function node(op: string, inputs: readonly string[], output: string, attributes: readonly object[]): Uint8Array {
  return encode('NodeProto', {
    op_type: op,
    name: `lineside_${output}`,
    input: inputs,
    output: [output],
    attribute: attributes,
  });
}

export function valueInfo(name: string, type: string, shape: readonly (number | string)[]): Uint8Array {
  const dim = shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return encode('ValueInfoProto', { name, type: { tensor_type: { elem_type: elementNumber(type), shape: { dim } } } });
}
