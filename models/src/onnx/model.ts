import { elementBytes, elementName } from './elements.ts';
import { type AttributeProto, decode, type TensorProto } from './schema.ts';
import { numberOf, readFields, textOf, type WireField } from './wire.ts';

/** Bounds against files made to exhaust memory; the largest published models have some ten thousand nodes. */
const FIELDS_MOST = 400_000;
const DEPTH_MOST = 16;

/** Field numbers of ModelProto. */
export const MODEL = {
  irVersion: 1,
  producerName: 2,
  producerVersion: 3,
  graph: 7,
  opset: 8,
  metadata: 14,
  function: 25,
} as const;
/** Field numbers of GraphProto. */
export const GRAPH = { node: 1, name: 2, initializer: 5, input: 11, output: 12, valueInfo: 13, sparse: 15 } as const;

/** Field number of the nodes of a FunctionProto. */
const FUNCTION_NODE = 7;

/** An input or output of the graph; a dimension without a number has a name, or `?`. */
export interface OnnxValue {
  readonly name: string;
  /** `float32`, ...; `sequence`, `map` or `unknown` where it is no tensor. */
  readonly type: string;
  readonly shape: readonly (number | string)[];
}

/** Weights, without their numbers. */
export interface OnnxInitializer {
  readonly name: string;
  readonly type: string;
  readonly dims: readonly number[];
  readonly bytes: number;
  /** File beside the model that holds the numbers. */
  readonly external?: { readonly location: string; readonly offset: number; readonly length?: number };
}

export interface OnnxNode {
  readonly op: string;
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: readonly AttributeProto[];
}

/** An ONNX model, as far as it is understood here; `fields` are all of it. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly producer: string;
  readonly opsets: ReadonlyMap<string, number>;
  readonly metadata: ReadonlyMap<string, string>;
  /** Operators that the file itself defines, as `domain:name`. */
  readonly functions: ReadonlySet<string>;
  /** Without those that are weights. */
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly OnnxNode[];
  readonly initializers: readonly OnnxInitializer[];
  readonly fields: readonly WireField[];
  readonly graphFields: readonly WireField[];
}

/**
 * Reads an ONNX model. Weights are not copied: views of `bytes` stay in `fields`.
 *
 * @throws Error when the bytes are not a complete model.
 */
export function readOnnx(bytes: Uint8Array): OnnxModel {
  const fields = readFields(bytes, FIELDS_MOST);
  const graph = fields.findLast(({ number }) => number === MODEL.graph);
  if (graph === undefined) throw new Error('has no graph');
  const graphFields = readFields(graph.content, FIELDS_MOST);
  const of = (number: number): readonly WireField[] => graphFields.filter((field) => field.number === number);
  const initializers = of(GRAPH.initializer).map(({ content }) => initializerOf(content));
  const weights = new Set(initializers.map(({ name }) => name));
  const top = (number: number): WireField | undefined => fields.findLast((field) => field.number === number);
  const [name, version] = [top(MODEL.producerName), top(MODEL.producerVersion)];
  const ir = top(MODEL.irVersion);
  return {
    irVersion: ir === undefined ? 0 : numberOf(ir),
    producer: [name, version].flatMap((field) => (field === undefined ? [] : textOf(field).trim() || [])).join(' '),
    opsets: new Map(messages(fields, MODEL.opset, 'OperatorSetIdProto').map((set) => [set.domain, set.version])),
    metadata: new Map(messages(fields, MODEL.metadata, 'StringStringEntryProto').map(({ key, value }) => [key, value])),
    functions: new Set(messages(fields, MODEL.function, 'FunctionProto').map((made) => `${made.domain}:${made.name}`)),
    inputs: of(GRAPH.input)
      .map(({ content }) => valueOf(content))
      .filter((input) => !weights.has(input.name)),
    outputs: of(GRAPH.output).map(({ content }) => valueOf(content)),
    nodes: of(GRAPH.node).map(({ content }) => nodeOf(content)),
    initializers,
    fields,
    graphFields,
  };
}

function messages<N extends 'OperatorSetIdProto' | 'StringStringEntryProto' | 'FunctionProto'>(
  fields: readonly WireField[],
  number: number,
  name: N,
): readonly ReturnType<typeof decode<N>>[] {
  return fields.filter((field) => field.number === number).map(({ content }) => decode(name, content));
}

function nodeOf(content: Uint8Array): OnnxNode {
  const { op_type, domain, input, output, attribute } = decode('NodeProto', content);
  return { op: op_type, domain, inputs: input, outputs: output, attributes: attribute };
}

function valueOf(content: Uint8Array): OnnxValue {
  const { name, type } = decode('ValueInfoProto', content);
  const tensor = type?.tensor_type;
  if (tensor === undefined || tensor === null) {
    const kind =
      (type?.sequence_type.length ?? 0) > 0 ? 'sequence' : (type?.map_type.length ?? 0) > 0 ? 'map' : 'unknown';
    return { name, type: kind, shape: [] };
  }
  const dims = tensor.shape?.dim ?? [];
  // A dimension with neither number nor name is 0 in proto3, and no image has 0 rows.
  const shape = dims.map((dim) => (dim.dim_value > 0 ? dim.dim_value : dim.dim_param || '?'));
  return { name, type: elementName(tensor.elem_type), shape };
}

const EXTERNAL = 1;

function initializerOf(content: Uint8Array): OnnxInitializer {
  const tensor = decode('TensorProto', content);
  const { name, dims, data_type } = tensor;
  const bytes = Math.ceil(dims.reduce((product, size) => product * size, 1) * elementBytes(data_type));
  const plain = { name, dims, type: elementName(data_type), bytes };
  if (tensor.data_location !== EXTERNAL) return plain;
  return { ...plain, external: externalOf(tensor) };
}

/** Where a tensor's numbers lie. https://github.com/onnx/onnx/blob/main/docs/ExternalData.md */
export function externalOf(tensor: Pick<TensorProto, 'external_data'>): NonNullable<OnnxInitializer['external']> {
  const entries = new Map(tensor.external_data.map(({ key, value }) => [key, value]));
  const number = (key: string): number | undefined => {
    const value = Number(entries.get(key) ?? Number.NaN);
    return Number.isSafeInteger(value) && value >= 0 ? value : undefined;
  };
  const length = number('length');
  const place = { location: entries.get('location') ?? '', offset: number('offset') ?? 0 };
  return length === undefined ? place : { ...place, length };
}

/** Every node, those of bodies of `If`, `Loop` and `Scan` included. */
export function allNodes(model: OnnxModel): readonly OnnxNode[] {
  return allParts(model).nodes;
}

/** Files of weights that are named elsewhere than in the graph's own initializers: in nodes, bodies and functions. */
export function hiddenExternals(model: OnnxModel): readonly string[] {
  const { nodes, tensors } = allParts(model);
  const inNodes = nodes.flatMap(({ attributes }) =>
    attributes.flatMap(({ t, tensors: more }) => [t ?? [], more].flat()),
  );
  return [...inNodes, ...tensors].flatMap((tensor) =>
    tensor.data_location === EXTERNAL ? [externalOf(tensor).location] : [],
  );
}

interface Parts {
  readonly nodes: readonly OnnxNode[];
  /** Weights of bodies, and weights that are stored as sparse. */
  readonly tensors: readonly TensorProto[];
}

function allParts(model: OnnxModel): Parts {
  const nodes: OnnxNode[] = [];
  const tensors: TensorProto[] = [];
  const sparse = (fields: readonly WireField[]): void => {
    for (const { content } of fields.filter(({ number }) => number === GRAPH.sparse)) {
      const parts = readFields(content, FIELDS_MOST).filter(({ number }) => number === 1 || number === 2);
      tensors.push(...parts.map((part) => decode('TensorProto', part.content)));
    }
  };
  const visit = (own: readonly OnnxNode[], depth: number): void => {
    if (depth > DEPTH_MOST) throw new Error(`has graphs nested deeper than ${DEPTH_MOST}`);
    for (const node of own) {
      nodes.push(node);
      for (const { g, graphs } of node.attributes) {
        for (const body of g.length > 0 ? [g, ...graphs] : graphs) {
          const fields = readFields(body, FIELDS_MOST);
          const of = (number: number): readonly WireField[] => fields.filter((field) => field.number === number);
          tensors.push(...of(GRAPH.initializer).map(({ content }) => decode('TensorProto', content)));
          sparse(fields);
          visit(
            of(GRAPH.node).map(({ content }) => nodeOf(content)),
            depth + 1,
          );
        }
      }
    }
  };
  visit(model.nodes, 0);
  sparse(model.graphFields);
  for (const { content } of model.fields.filter(({ number }) => number === MODEL.function)) {
    const inner = readFields(content, FIELDS_MOST).filter(({ number }) => number === FUNCTION_NODE);
    visit(
      inner.map((field) => nodeOf(field.content)),
      0,
    );
  }
  return { nodes, tensors };
}

/** Values of a small float tensor, in any storage form. */
export function floatsOf(tensor: TensorProto): readonly number[] {
  if (tensor.float_data.length > 0) return tensor.float_data;
  if (tensor.double_data.length > 0) return tensor.double_data;
  const { raw_data, data_type } = tensor;
  const view = new DataView(raw_data.buffer, raw_data.byteOffset, raw_data.byteLength);
  if (data_type === 1) return Array.from({ length: raw_data.length >> 2 }, (_, i) => view.getFloat32(4 * i, true));
  if (data_type === 11) return Array.from({ length: raw_data.length >> 3 }, (_, i) => view.getFloat64(8 * i, true));
  return [];
}
