import { elementNumber } from './elements.ts';
import { GRAPH, MODEL, type OnnxValue } from './model.ts';
import { encode } from './schema.ts';
import { delimited, varintField } from './wire.ts';

/** A bare number is an integer, an array of numbers a list of integers. */
export type NodeAttribute =
  | number
  | readonly number[]
  | { readonly float: number }
  | { readonly string: string }
  | { readonly tensor: GraphConstant }
  | { readonly graph: Subgraph };

/** A graph inside a node: the body of a loop or a branch. It may use the values of the graph around it. */
export type Subgraph = Pick<ModelGraph, 'name' | 'inputs' | 'outputs' | 'nodes' | 'constants'>;

/** One operator with named inputs, outputs and attributes. */
export interface GraphNode {
  /** `OP_INDEX` when left out. */
  readonly name?: string;
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, NodeAttribute>>;
  /** ONNX's own operators when left out. */
  readonly domain?: string;
}

/** Numbers that are part of the model. */
export interface GraphConstant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | BigInt64Array;
  /** File beside the model that holds the numbers instead of the model. */
  readonly external?: string;
}

/** A complete model; a dimension that is given by name is open. */
export interface ModelGraph {
  /** `graph` when left out. */
  readonly name?: string;
  readonly inputs: readonly OnnxValue[];
  readonly outputs: readonly OnnxValue[];
  readonly nodes: readonly GraphNode[];
  readonly constants?: readonly GraphConstant[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** 7 when left out, which every ONNX Runtime of today reads. */
  readonly irVersion?: number;
  /** 13 when left out. */
  readonly opset?: number;
  /** Domains of operators beside ONNX's own. */
  readonly domains?: readonly string[];
}

const PRODUCER = 'lineside';
const EXTERNAL = 1;
/** AttributeProto.AttributeType. */
const ATTRIBUTE = { float: 1, integer: 2, string: 3, tensor: 4, graph: 5, integers: 7 } as const;

/** The bytes of an .onnx file with this graph. */
export function encodeModel(graph: ModelGraph): Uint8Array {
  const { metadata = {}, irVersion = 7, opset = 13 } = graph;
  const opsets = [{ domain: '', version: opset }, ...(graph.domains ?? []).map((domain) => ({ domain, version: 1 }))];
  return Buffer.concat([
    varintField(MODEL.irVersion, irVersion),
    delimited(MODEL.producerName, Buffer.from(PRODUCER)),
    delimited(MODEL.graph, encodeGraph(graph)),
    ...opsets.map((set) => delimited(MODEL.opset, encode('OperatorSetIdProto', set))),
    ...Object.entries(metadata).map(([key, value]) =>
      delimited(MODEL.metadata, encode('StringStringEntryProto', { key, value })),
    ),
  ]);
}

/** One GraphProto. */
function encodeGraph({ name = 'graph', inputs, outputs, nodes, constants = [] }: Subgraph): Uint8Array {
  return Buffer.concat([
    ...nodes.map((node, i) => delimited(GRAPH.node, encodeNode({ name: `${node.op}_${i}`, ...node }))),
    delimited(GRAPH.name, Buffer.from(name)),
    ...constants.map((constant) => delimited(GRAPH.initializer, encodeTensor(constant))),
    ...inputs.map((value) => delimited(GRAPH.input, encodeValue(value))),
    ...outputs.map((value) => delimited(GRAPH.output, encodeValue(value))),
  ]);
}

/** One NodeProto. */
export function encodeNode({ name = '', op, domain = '', inputs, outputs, attributes = {} }: GraphNode): Uint8Array {
  return encode('NodeProto', {
    op_type: op,
    name,
    domain,
    input: inputs,
    output: outputs,
    attribute: Object.entries(attributes).map(([key, value]) => ({ name: key, ...attributeOf(value) })),
  });
}

/** One ValueInfoProto. */
export function encodeValue({ name, type, shape }: OnnxValue): Uint8Array {
  const dim = shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return encode('ValueInfoProto', { name, type: { tensor_type: { elem_type: elementNumber(type), shape: { dim } } } });
}

/** One TensorProto. */
export function encodeTensor(constant: GraphConstant): Uint8Array {
  return encode('TensorProto', tensorOf(constant));
}

function attributeOf(value: NodeAttribute): object {
  if (typeof value === 'number') return { i: value, type: ATTRIBUTE.integer };
  if ('float' in value) return { f: value.float, type: ATTRIBUTE.float };
  if ('string' in value) return { s: Buffer.from(value.string), type: ATTRIBUTE.string };
  if ('tensor' in value) return { t: tensorOf(value.tensor), type: ATTRIBUTE.tensor };
  if ('graph' in value) return { g: encodeGraph(value.graph), type: ATTRIBUTE.graph };
  return { ints: value, type: ATTRIBUTE.integers };
}

function tensorOf({ name, shape, data, external }: GraphConstant): object {
  const type = data instanceof Float32Array ? 'float32' : data instanceof Uint8Array ? 'uint8' : 'int64';
  const head = { name, dims: shape, data_type: elementNumber(type) };
  if (external === undefined) {
    return { ...head, raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  }
  const place = { location: external, offset: '0', length: String(data.byteLength) };
  const entries = Object.entries(place).map(([key, value]) => ({ key, value }));
  return { ...head, data_location: EXTERNAL, external_data: entries };
}
