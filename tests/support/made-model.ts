import { type GraphConstant, encodeModel, type ModelGraph, type GraphNode, type OnnxValue } from '@lineside/models';

/** One output of a made-up network: numbers that follow from the picture, in any shape. */
export interface MadeOutput {
  readonly name: string;
  readonly shape: readonly number[];
  /**
   * Parts along `axis` with an activation and a factor each; the whole output is one part when left out. `sigmoid`
   * keeps to 0..1, `linear` does not, `softmax` runs over the last axis, `flat` is a constant whatever the picture shows.
   */
  readonly parts?: readonly MadePart[];
  readonly axis?: number;
  /** As the model's own floats when left out. */
  readonly type?: 'int64';
}

export interface MadePart {
  readonly size: number;
  readonly as: 'sigmoid' | 'linear' | 'softmax' | 'flat';
  /** 1 when left out. */
  readonly factor?: number;
  /** Added before the activation; 0 when left out. */
  readonly bias?: number;
}

export interface MadeModel {
  readonly width: number;
  readonly height: number;
  readonly outputs: readonly MadeOutput[];
  /** float32 when left out. */
  readonly type?: 'float32' | 'float16' | 'float64' | 'uint8';
  /** nchw when left out. */
  readonly layout?: 'nchw' | 'nhwc';
  /** 3 when left out. */
  readonly channels?: 1 | 3;
  /** What the numbers expect: pixels up to 1 when left out, or up to 255. */
  readonly levels?: 1 | 255;
  /** Declares batch and size as open; the graph still works at its own size alone. */
  readonly open?: boolean;
  readonly metadata?: Readonly<Record<string, string>>;
  /** Adds a second input for the picture's size, which takes part with weight 0. */
  readonly sizesInput?: 'int64' | 'float32';
  /** Beginning of the names of files that hold the weights instead of the model. */
  readonly weightsFile?: string;
}

const GRID = 4;

/**
 * A network of made-up weights, the same every time, in the outer form of any family: the picture is averaged over a
 * grid of 4 x 4 and every output number is a weighted sum of the averages. No model made by others is needed to prove
 * that models made by others can be used.
 */
export function madeModel(options: MadeModel): Uint8Array {
  return encodeModel(madeGraph(options));
}

/** The files that lie beside a model with `weightsFile`. */
export function madeWeights(options: MadeModel): readonly { readonly file: string; readonly bytes: Uint8Array }[] {
  return (madeGraph(options).constants ?? []).flatMap(({ external, data }) =>
    external === undefined
      ? []
      : [{ file: external, bytes: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) }],
  );
}

function madeGraph(options: MadeModel): ModelGraph {
  const { width, height, type = 'float32', layout = 'nchw', channels = 3, levels = 1, open = false } = options;
  const sides = layout === 'nchw' ? [channels, height, width] : [height, width, channels];
  const openSides = layout === 'nchw' ? [channels, 'height', 'width'] : ['height', 'width', channels];
  const input: OnnxValue = { name: 'images', type, shape: open ? ['batch', ...openSides] : [1, ...sides] };
  const constants: GraphConstant[] = [
    { name: 'own_shape', shape: [4], data: int64(1, ...sides) },
    { name: 'flat_shape', shape: [2], data: int64(1, channels * GRID * GRID) },
    { name: 'unit', shape: [], data: Float32Array.of(1 / levels) },
  ];
  const nodes: GraphNode[] = [
    { op: 'Reshape', inputs: ['images', 'own_shape'], outputs: ['fixed'] },
    { op: 'Cast', inputs: ['fixed'], outputs: ['numbers'], attributes: { to: 1 } },
    layout === 'nchw'
      ? { op: 'Identity', inputs: ['numbers'], outputs: ['planes'] }
      : { op: 'Transpose', inputs: ['numbers'], outputs: ['planes'], attributes: { perm: [0, 3, 1, 2] } },
    {
      op: 'AveragePool',
      inputs: ['planes'],
      outputs: ['cells'],
      attributes: { kernel_shape: [height / GRID, width / GRID], strides: [height / GRID, width / GRID] },
    },
    { op: 'Reshape', inputs: ['cells', 'flat_shape'], outputs: ['averages'] },
    { op: 'Mul', inputs: ['averages', 'unit'], outputs: ['features'] },
  ];
  const sizes = sizesInput(options, constants, nodes);
  const floats = type === 'uint8' ? 'float32' : type;
  for (const output of options.outputs) addOutput(output, { constants, nodes, type: floats, options });
  return {
    inputs: [input, ...sizes],
    outputs: options.outputs.map(({ name, shape, type = floats }) => ({
      name,
      type,
      shape: open ? ['batch', ...shape.slice(1)] : shape,
    })),
    constants,
    nodes,
    ...(options.metadata === undefined ? {} : { metadata: options.metadata }),
  };
}

function sizesInput(
  { sizesInput: type }: MadeModel,
  constants: GraphConstant[],
  nodes: GraphNode[],
): readonly OnnxValue[] {
  if (type === undefined) return [];
  constants.push({ name: 'nothing', shape: [], data: Float32Array.of(0) });
  nodes.push(
    { op: 'Cast', inputs: ['orig_target_sizes'], outputs: ['size_numbers'], attributes: { to: 1 } },
    { op: 'ReduceMean', inputs: ['size_numbers'], outputs: ['size_mean'], attributes: { keepdims: 0 } },
    { op: 'Mul', inputs: ['size_mean', 'nothing'], outputs: ['size_nothing'] },
  );
  return [{ name: 'orig_target_sizes', type, shape: ['batch', 2] }];
}

interface Growing {
  readonly constants: GraphConstant[];
  readonly nodes: GraphNode[];
  readonly type: 'float32' | 'float16' | 'float64';
  readonly options: MadeModel;
}

function addOutput({ name, shape, parts, axis = 1, type: own }: MadeOutput, growing: Growing): void {
  const { nodes, type, options } = growing;
  const all = parts ?? [{ size: shape[axis] ?? 1, as: 'linear' as const }];
  const pieces = all.map((part, i) => {
    const piece = `${name}_part${i}`;
    addPart(piece, shape.with(axis, part.size), part, growing);
    return piece;
  });
  const joined = `${name}_joined`;
  nodes.push({ op: 'Concat', inputs: pieces, outputs: [joined], attributes: { axis } });
  const last = options.sizesInput === undefined ? joined : `${name}_sized`;
  if (last !== joined) nodes.push({ op: 'Add', inputs: [joined, 'size_nothing'], outputs: [last] });
  const to = { float32: 1, float16: 10, float64: 11, int64: 7 }[own ?? type];
  nodes.push({ op: 'Cast', inputs: [last], outputs: [name], attributes: { to } });
}

function addPart(
  piece: string,
  shape: readonly number[],
  part: MadePart,
  { constants, nodes, options }: Growing,
): void {
  const count = shape.reduce((product, size) => product * size, 1);
  const features = (options.channels ?? 3) * GRID * GRID;
  const weight = part.as === 'flat' ? (): number => 0 : dice(piece);
  const external = options.weightsFile === undefined ? {} : { external: `${options.weightsFile}.${piece}` };
  constants.push(
    {
      name: `${piece}_w`,
      shape: [features, count],
      data: Float32Array.from({ length: features * count }, weight),
      ...external,
    },
    { name: `${piece}_b`, shape: [1], data: Float32Array.of(part.bias ?? 0) },
    { name: `${piece}_f`, shape: [1], data: Float32Array.of(part.factor ?? 1) },
    { name: `${piece}_s`, shape: [shape.length], data: int64(...shape) },
  );
  const operator = { sigmoid: 'Sigmoid', linear: 'Identity', softmax: 'Softmax', flat: 'Identity' }[part.as];
  nodes.push(
    { op: 'MatMul', inputs: ['features', `${piece}_w`], outputs: [`${piece}_sum`] },
    { op: 'Add', inputs: [`${piece}_sum`, `${piece}_b`], outputs: [`${piece}_biased`] },
    { op: 'Reshape', inputs: [`${piece}_biased`, `${piece}_s`], outputs: [`${piece}_shaped`] },
    {
      op: operator,
      inputs: [`${piece}_shaped`],
      outputs: [`${piece}_active`],
      ...(part.as === 'softmax' ? { attributes: { axis: -1 } } : {}),
    },
    { op: 'Mul', inputs: [`${piece}_active`, `${piece}_f`], outputs: [piece] },
  );
}

/** -1 to 1, the same for the same name. */
function dice(name: string): () => number {
  let state = Buffer.from(name).reduce((sum, letter) => Math.imul(sum ^ letter, 16_777_619), 2_166_136_261);
  return () => {
    state = Math.imul(state ^ (state >>> 15), 0x2c1b3c6d) + 0x9e3779b9;
    return ((state >>> 8) & 0xffff) / 0x8000 - 1;
  };
}

const int64 = (...values: readonly number[]): BigInt64Array => BigInt64Array.from(values, BigInt);

/** Boxes on a grid of strides 8, 16 and 32 over `width` x `height`. */
export function gridBoxes(width: number, height: number): number {
  return [8, 16, 32].reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
}
