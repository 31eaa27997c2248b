import protobuf from 'protobufjs';

/** The part of onnx.proto (https://github.com/onnx/onnx/blob/main/onnx/onnx.proto) that small graphs need. */
const SCHEMA = `
syntax = "proto3";
package onnx;
message ModelProto {
  int64 ir_version = 1;
  string producer_name = 2;
  GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
  repeated StringStringEntryProto metadata_props = 14;
}
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message StringStringEntryProto { string key = 1; string value = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  string name = 3;
  string op_type = 4;
  repeated AttributeProto attribute = 5;
  string domain = 7;
}
message AttributeProto {
  string name = 1;
  float f = 2;
  int64 i = 3;
  repeated int64 ints = 8;
  int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  string name = 8;
  bytes raw_data = 9;
  repeated StringStringEntryProto external_data = 13;
  int32 data_location = 14;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  Tensor tensor_type = 1;
}
message TensorShapeProto {
  message Dimension { int64 dim_value = 1; string dim_param = 2; }
  repeated Dimension dim = 1;
}
`;

/** TensorProto.DataType. */
export const ELEMENT = { float32: 1, uint8: 2, int32: 6, int64: 7, string: 8, float16: 10, float64: 11 } as const;
export type Element = keyof typeof ELEMENT;

/** AttributeProto.AttributeType. */
const ATTRIBUTE = { f: 1, i: 2, ints: 7 } as const;

export type Attribute = number | { readonly float: number } | readonly number[];

/** One node: an operator with named inputs, outputs and attributes (a bare number is an integer). */
export interface Node {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes?: Readonly<Record<string, Attribute>>;
  readonly domain?: string;
}

/** A graph's input or output; a dimension given by name is open. */
export interface Value {
  readonly name: string;
  readonly element: Element;
  readonly shape: readonly (number | string)[];
}

export interface Constant {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: Float32Array | Uint8Array | BigInt64Array;
  /** File beside the model that holds the data instead of the model. */
  readonly external?: string;
}

export interface Graph {
  readonly inputs: readonly Value[];
  readonly outputs: readonly Value[];
  readonly nodes: readonly Node[];
  readonly constants?: readonly Constant[];
  readonly metadata?: Readonly<Record<string, string>>;
  /** 13 when left out. */
  readonly opset?: number;
  /** Domains of operators beside ONNX's own. */
  readonly domains?: readonly string[];
}

const modelProto = protobuf.parse(SCHEMA, { keepCase: true }).root.lookupType('onnx.ModelProto');

/** The bytes of an .onnx file: opset 13 unless told otherwise, IR version 7, which every ONNX Runtime of today reads. */
export function encodeOnnx(graph: Graph): Uint8Array {
  return modelProto
    .encode(
      modelProto.create({
        ir_version: 7,
        producer_name: 'lineside-tests',
        opset_import: [
          { domain: '', version: graph.opset ?? 13 },
          ...(graph.domains ?? []).map((domain) => ({ domain, version: 1 })),
        ],
        metadata_props: Object.entries(graph.metadata ?? {}).map(([key, value]) => ({ key, value })),
        graph: {
          name: 'tiny',
          node: graph.nodes.map((node, i) => ({
            name: `${node.op}_${i}`,
            op_type: node.op,
            domain: node.domain ?? '',
            input: node.inputs,
            output: node.outputs,
            attribute: Object.entries(node.attributes ?? {}).map(([name, value]) => attribute(name, value)),
          })),
          initializer: (graph.constants ?? []).map(initializer),
          input: graph.inputs.map(valueInfo),
          output: graph.outputs.map(valueInfo),
        },
      }),
    )
    .finish();
}

function attribute(name: string, value: Attribute): object {
  if (typeof value === 'number') return { name, i: value, type: ATTRIBUTE.i };
  if ('float' in value) return { name, f: value.float, type: ATTRIBUTE.f };
  return { name, ints: value, type: ATTRIBUTE.ints };
}

function initializer({ name, shape, data, external }: Constant): object {
  const element: Element = data instanceof Float32Array ? 'float32' : data instanceof Uint8Array ? 'uint8' : 'int64';
  const head = { name, dims: shape, data_type: ELEMENT[element] };
  if (external === undefined) {
    return { ...head, raw_data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) };
  }
  const place = { location: external, offset: '0', length: String(data.byteLength) };
  return { ...head, data_location: 1, external_data: Object.entries(place).map(([key, value]) => ({ key, value })) };
}

function valueInfo({ name, element, shape }: Value): object {
  const dim = shape.map((size) => (typeof size === 'number' ? { dim_value: size } : { dim_param: size }));
  return { name, type: { tensor_type: { elem_type: ELEMENT[element], shape: { dim } } } };
}
