/** Input or output of an engine; every dimension is a number. */
export interface WrapperTensor {
  readonly name: string;
  /** As ONNX Runtime names it: `uint8`, `float32`. */
  readonly type: string;
  readonly shape: readonly number[];
}

/** TensorProto.DataType. */
const ELEMENT: Readonly<Record<string, number>> = { float32: 1, uint8: 2, int8: 3, int32: 6, int64: 7, float16: 10 };
/** AttributeProto.AttributeType. */
const ATTRIBUTE = { integer: 2, string: 3 } as const;

/**
 * A model of one node, `EPContext`, that tells ONNX Runtime's TensorRT provider to load `engineFile` instead of building
 * an engine (onnxruntime docs, "EP context design"; onnx.proto for the field numbers). `engineFile` is a name in the
 * wrapper's own folder: the provider refuses absolute paths and `..`.
 *
 * @throws RangeError for an element type that no engine has.
 */
export function encodeWrapper(
  engineFile: string,
  inputs: readonly WrapperTensor[],
  outputs: readonly WrapperTensor[],
): Uint8Array {
  const node = message(
    ...inputs.map(({ name }) => text(1, name)),
    ...outputs.map(({ name }) => text(2, name)),
    text(3, 'engine'),
    text(4, 'EPContext'),
    nested(5, attribute('main_context', ATTRIBUTE.integer, varint(3, 1))),
    nested(5, attribute('embed_mode', ATTRIBUTE.integer, varint(3, 0))),
    nested(5, attribute('ep_cache_context', ATTRIBUTE.string, text(4, engineFile))),
    nested(5, attribute('source', ATTRIBUTE.string, text(4, 'TensorrtExecutionProvider'))),
    text(7, 'com.microsoft'),
  );
  const graph = message(
    nested(1, node),
    text(2, 'engine'),
    ...inputs.map((tensor) => nested(11, valueInfo(tensor))),
    ...outputs.map((tensor) => nested(12, valueInfo(tensor))),
  );
  return message(
    varint(1, 8),
    text(2, 'lineside'),
    nested(7, graph),
    nested(8, message(text(1, ''), varint(2, 17))),
    nested(8, message(text(1, 'com.microsoft'), varint(2, 1))),
  );
}

function attribute(name: string, type: number, value: Uint8Array): Uint8Array {
  return message(text(1, name), value, varint(20, type));
}

function valueInfo({ name, type, shape }: WrapperTensor): Uint8Array {
  const element = ELEMENT[type];
  if (element === undefined) throw new RangeError(`no engine has ${type} for ${name}`);
  const dims = shape.map((size) => nested(1, varint(1, size)));
  const tensor = message(varint(1, element), nested(2, message(...dims)));
  return message(text(1, name), nested(2, nested(1, tensor)));
}

// Protocol buffers: each field is a key (number and wire type) and a value.

function varint(field: number, value: number): Uint8Array {
  return message(base128(field << 3), base128(value));
}

function text(field: number, value: string): Uint8Array {
  return nested(field, new TextEncoder().encode(value));
}

function nested(field: number, bytes: Uint8Array): Uint8Array {
  return message(base128((field << 3) | 2), base128(bytes.length), bytes);
}

function message(...parts: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(parts);
}

/** Seven bits a byte, lowest first; the high bit says that more follow. */
function base128(value: number): Uint8Array {
  const bytes: number[] = [];
  let rest = value;
  while (rest > 127) {
    bytes.push((rest % 128) | 128);
    rest = Math.floor(rest / 128);
  }
  return Uint8Array.from([...bytes, rest]);
}
