import { encodeModel } from '@lineside/models';

/** Input or output of an engine; every dimension is a number. */
export interface WrapperTensor {
  readonly name: string;
  /** As ONNX Runtime names it: `uint8`, `float32`. */
  readonly type: string;
  readonly shape: readonly number[];
}

/** Element types of an engine's inputs and outputs. */
const ELEMENTS = new Set(['float32', 'uint8', 'int8', 'int32', 'int64', 'float16']);

/**
 * A model of one node, `EPContext`, that makes ONNX Runtime's TensorRT provider load `engineFile` instead of building
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
  for (const { name, type } of [...inputs, ...outputs]) {
    if (!ELEMENTS.has(type)) throw new RangeError(`no engine has ${type} for ${name}`);
  }
  return encodeModel({
    name: 'engine',
    irVersion: 8,
    opset: 17,
    domains: ['com.microsoft'],
    inputs,
    outputs,
    nodes: [
      {
        name: 'engine',
        op: 'EPContext',
        domain: 'com.microsoft',
        inputs: inputs.map(({ name }) => name),
        outputs: outputs.map(({ name }) => name),
        attributes: {
          main_context: 1,
          embed_mode: 0,
          ep_cache_context: { string: engineFile },
          source: { string: 'TensorrtExecutionProvider' },
        },
      },
    ],
  });
}
