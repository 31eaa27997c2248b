import protobuf from 'protobufjs';

/**
 * The messages of ONNX that are read or written as one. Models and graphs are not among them: they are edited field by
 * field (wire.ts), so that anything that a newer exporter adds is kept.
 * Field numbers: https://github.com/onnx/onnx/blob/main/onnx/onnx.proto
 */
const SCHEMA = `
syntax = "proto3";
package onnx;
message OperatorSetIdProto { string domain = 1; int64 version = 2; }
message StringStringEntryProto { string key = 1; string value = 2; }
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
  bytes s = 4;
  TensorProto t = 5;
  bytes g = 6;
  repeated float floats = 7;
  repeated int64 ints = 8;
  repeated TensorProto tensors = 10;
  repeated bytes graphs = 11;
  int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1;
  int32 data_type = 2;
  repeated float float_data = 4;
  repeated int32 int32_data = 5;
  repeated int64 int64_data = 7;
  string name = 8;
  bytes raw_data = 9;
  repeated double double_data = 10;
  repeated StringStringEntryProto external_data = 13;
  int32 data_location = 14;
}
message ValueInfoProto { string name = 1; TypeProto type = 2; }
message TypeProto {
  message Tensor { int32 elem_type = 1; TensorShapeProto shape = 2; }
  Tensor tensor_type = 1;
  bytes sequence_type = 4;
  bytes map_type = 5;
  bytes sparse_tensor_type = 8;
  bytes optional_type = 9;
}
message TensorShapeProto {
  message Dimension { int64 dim_value = 1; string dim_param = 2; }
  repeated Dimension dim = 1;
}
message FunctionProto { string name = 1; string domain = 10; }
`;

const root = protobuf.parse(SCHEMA, { keepCase: true }).root;

export interface EntryProto {
  readonly key: string;
  readonly value: string;
}

export interface TensorProto {
  readonly dims: readonly number[];
  readonly data_type: number;
  readonly float_data: readonly number[];
  readonly int64_data: readonly number[];
  readonly name: string;
  readonly raw_data: Uint8Array;
  readonly double_data: readonly number[];
  readonly external_data: readonly EntryProto[];
  readonly data_location: number;
}

export interface AttributeProto {
  readonly name: string;
  readonly f: number;
  readonly i: number;
  readonly s: Uint8Array;
  readonly t?: TensorProto | null;
  readonly g: Uint8Array;
  readonly ints: readonly number[];
  readonly tensors: readonly TensorProto[];
  readonly graphs: readonly Uint8Array[];
  readonly type: number;
}

export interface NodeProto {
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly name: string;
  readonly op_type: string;
  readonly attribute: readonly AttributeProto[];
  readonly domain: string;
}

export interface ValueInfoProto {
  readonly name: string;
  readonly type?: {
    readonly tensor_type?: {
      readonly elem_type: number;
      readonly shape?: { readonly dim: readonly { readonly dim_value: number; readonly dim_param: string }[] } | null;
    } | null;
    readonly sequence_type: Uint8Array;
    readonly map_type: Uint8Array;
  } | null;
}

/** Messages by name, as `decode` gives them. */
interface Messages {
  readonly OperatorSetIdProto: { readonly domain: string; readonly version: number };
  readonly StringStringEntryProto: EntryProto;
  readonly NodeProto: NodeProto;
  readonly TensorProto: TensorProto;
  readonly ValueInfoProto: ValueInfoProto;
  readonly FunctionProto: { readonly name: string; readonly domain: string };
}

/** Reads one message; absent fields have their defaults. Throws on bytes that are not such a message. */
export function decode<N extends keyof Messages>(name: N, bytes: Uint8Array): Messages[N] {
  const type = root.lookupType(`onnx.${name}`);
  // The schema above is what makes this form; the interfaces say the same to the compiler.
  return type.toObject(type.decode(bytes), { longs: Number, defaults: true, arrays: true }) as Messages[N];
}

/** Writes one message from a part of its fields. */
export function encode(name: keyof Messages, value: object): Uint8Array {
  const type = root.lookupType(`onnx.${name}`);
  return type.encode(type.fromObject(value)).finish();
}
