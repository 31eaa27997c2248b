import { allNodes, type OnnxModel } from './model.ts';

/** Operator sets that are part of ONNX Runtime. */
const BUILT_IN = new Set([
  '',
  'ai.onnx',
  'ai.onnx.ml',
  'ai.onnx.preview',
  'com.microsoft',
  'com.microsoft.nchwc',
  'com.ms.internal.nhwc',
]);

/**
 * ONNX's own operators that NVIDIA's parser does not support, so that a part of the model runs on the CPU.
 * https://github.com/onnx/onnx-tensorrt/blob/main/docs/operators.md
 */
const NOT_IN_TENSORRT = new Set([
  'Bernoulli',
  'BitShift',
  'Col2Im',
  'Compress',
  'ConcatFromSequence',
  'DFT',
  'Det',
  'DynamicQuantizeLinear',
  'GlobalLpPool',
  'Hardmax',
  'LpPool',
  'MatMulInteger',
  'ConvInteger',
  'MaxRoiPool',
  'MaxUnpool',
  'MelWeightMatrix',
  'Multinomial',
  'Optional',
  'OptionalGetElement',
  'QLinearConv',
  'QLinearMatMul',
  'RandomNormal',
  'RandomNormalLike',
  'RandomUniform',
  'RandomUniformLike',
  'SequenceAt',
  'SequenceConstruct',
  'SequenceEmpty',
  'SequenceInsert',
  'StringNormalizer',
  'TfIdfVectorizer',
  'Unique',
]);
/** They run, but their result's size is known only at run time, which JetPack 6's TensorRT does slowly or not at all. */
const OPEN_SIZE = new Set(['NonMaxSuppression', 'NonZero', 'RoiAlign']);

export interface OperatorReport {
  /** How often each is used; `domain:name` outside of ONNX's own. */
  readonly counts: Readonly<Record<string, number>>;
  /** From domains that ONNX Runtime lacks and the file does not define: the model cannot run. */
  readonly custom: readonly string[];
  /** Operators that TensorRT lacks or runs badly: slower there, not an error. */
  readonly notInTensorrt: readonly string[];
}

/** Which operators a model uses, and which the providers lack. Only loading it proves it; this gives the better error. */
export function reportOperators(model: OnnxModel): OperatorReport {
  const counts = new Map<string, number>();
  const custom = new Set<string>();
  const slow = new Set<string>();
  for (const { op, domain } of allNodes(model)) {
    const own = domain === '' || domain === 'ai.onnx';
    const name = own ? op : `${domain}:${op}`;
    counts.set(name, (counts.get(name) ?? 0) + 1);
    if (model.functions.has(`${domain}:${op}`)) continue;
    if (!BUILT_IN.has(domain)) custom.add(name);
    else if (!own || NOT_IN_TENSORRT.has(op) || OPEN_SIZE.has(op)) slow.add(name);
  }
  const sorted = [...counts].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1));
  return { counts: Object.fromEntries(sorted), custom: [...custom].sort(), notInTensorrt: [...slow].sort() };
}
