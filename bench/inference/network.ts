import { type GraphConstant, encodeModel, type ModelGraph, type GraphNode } from '@lineside/models';

/** Side of the input in pixels, and classes of the table: those of the usual published detector. */
export const SIZE = 640;
export const CLASSES = 80;
const STRIDES = [8, 16, 32] as const;
const ATTRIBUTES = 4 + CLASSES;
const ANCHORS = STRIDES.reduce((sum, stride) => sum + (SIZE / stride) ** 2, 0);
/** Anchors that score enough: about ten to each of these objects, for NMS to choose from. */
const OBJECTS = 20;
const NEAR = 10;

export interface Network {
  readonly bytes: Uint8Array;
  /** Multiply-adds of one inference, in thousand millions. */
  readonly gigaMacs: number;
}

/**
 * A detector with made-up weights, shaped like those that are exported: float32 [1, 3, 640, 640] in, YOLOv8's table
 * [1, 84, 8400] out, three scales, `width` channels after the first convolution. The heads' numbers are nearly nothing
 * beside a fixed table in which objects lie, so that decoding and NMS have what they have on a busy picture.
 */
export function network(width: number): Network {
  const build = new Builder();
  let at = build.conv('images', { from: 3, to: width, kernel: 3, stride: 2, side: SIZE });
  const heads: string[] = [];
  let channels = width;
  for (let side = SIZE / 2; side > SIZE / 32; side /= 2) {
    at = build.conv(at, { from: channels, to: 2 * channels, kernel: 3, stride: 2, side });
    channels *= 2;
    at = build.conv(at, { from: channels, to: channels, kernel: 3, stride: 1, side: side / 2 });
    const stride = SIZE / (side / 2);
    if (STRIDES.some((known) => known === stride)) heads.push(build.head(at, channels, side / 2));
  }
  return { bytes: encodeModel(build.graph(heads)), gigaMacs: build.macs / 1e9 };
}

interface Convolution {
  readonly from: number;
  readonly to: number;
  readonly kernel: 1 | 3;
  readonly stride: 1 | 2;
  /** Side of what goes in. */
  readonly side: number;
}

class Builder {
  macs = 0;
  readonly #nodes: GraphNode[] = [];
  readonly #constants: GraphConstant[] = [];
  readonly #random = generator();

  /** Convolution, then SiLU, which most exports have. */
  conv(input: string, { from, to, kernel, stride, side }: Convolution): string {
    const output = this.#convolve(input, { from, to, kernel, stride, side });
    this.#node('Sigmoid', [output], `${output}_gate`);
    return this.#node('Mul', [output, `${output}_gate`], `${output}_act`);
  }

  head(input: string, from: number, side: number): string {
    const table = this.#convolve(input, { from, to: ATTRIBUTES, kernel: 1, stride: 1, side });
    const shape = this.#ints(`${table}_shape`, 1, ATTRIBUTES, side * side);
    return this.#node('Reshape', [table, shape], `${table}_flat`);
  }

  graph(heads: readonly string[]): ModelGraph {
    this.#node('Concat', heads, 'heads', { axis: 2 });
    this.#constants.push({ name: 'little', shape: [1], data: Float32Array.of(1e-4) });
    this.#constants.push({ name: 'answers', shape: [1, ATTRIBUTES, ANCHORS], data: answers() });
    this.#node('Mul', ['heads', 'little'], 'moved');
    this.#node('Add', ['moved', 'answers'], 'table');
    const axis = this.#ints('axis', 1);
    this.#node('Slice', ['table', this.#ints('zero', 0), this.#ints('four', 4), axis], 'boxes');
    this.#node('Slice', ['table', 'four', this.#ints('end', ATTRIBUTES), axis], 'logits');
    this.#node('Sigmoid', ['logits'], 'scores');
    this.#node('Concat', ['boxes', 'scores'], 'output0', { axis: 1 });
    return {
      inputs: [{ name: 'images', type: 'float32', shape: [1, 3, SIZE, SIZE] }],
      outputs: [{ name: 'output0', type: 'float32', shape: [1, ATTRIBUTES, ANCHORS] }],
      nodes: this.#nodes,
      constants: this.#constants,
    };
  }

  #convolve(input: string, { from, to, kernel, stride, side }: Convolution): string {
    const name = `conv${this.#nodes.length}`;
    const spread = Math.sqrt(6 / (from * kernel * kernel));
    const data = Float32Array.from({ length: to * from * kernel * kernel }, () => (this.#random() * 2 - 1) * spread);
    this.#constants.push({ name: `${name}_weights`, shape: [to, from, kernel, kernel], data });
    const pad = kernel === 3 ? 1 : 0;
    this.macs += (side / stride) ** 2 * data.length;
    return this.#node('Conv', [input, `${name}_weights`], name, {
      kernel_shape: [kernel, kernel],
      strides: [stride, stride],
      pads: [pad, pad, pad, pad],
    });
  }

  #ints(name: string, ...values: readonly number[]): string {
    this.#constants.push({ name, shape: [values.length], data: BigInt64Array.from(values, BigInt) });
    return name;
  }

  #node(op: string, inputs: readonly string[], output: string, attributes: GraphNode['attributes'] = {}): string {
    this.#nodes.push({ op, inputs, outputs: [output], attributes });
    return output;
  }
}

/** Boxes at the middle of their cells; scores of nothing, but for some anchors about each object. */
function answers(): Float32Array {
  const random = generator();
  const table = new Float32Array(ATTRIBUTES * ANCHORS).fill(-7, 4 * ANCHORS);
  let anchor = 0;
  for (const stride of STRIDES) {
    const side = SIZE / stride;
    for (let cell = 0; cell < side * side; cell += 1, anchor += 1) {
      const box = [((cell % side) + 0.5) * stride, (Math.floor(cell / side) + 0.5) * stride, 6 * stride, 6 * stride];
      for (const [row, value] of box.entries()) table[row * ANCHORS + anchor] = value;
    }
  }
  const first = SIZE / STRIDES[0];
  for (let object = 0; object < OBJECTS; object += 1) {
    const middle = Math.floor(random() * (first * first - NEAR));
    const label = Math.floor(random() * CLASSES);
    for (let near = 0; near < NEAR; near += 1) table[(4 + label) * ANCHORS + middle + near] = random() * 3 - 0.5;
  }
  return table;
}

/** Park and Miller's generator: the same weights in every run. */
function generator(): () => number {
  let state = 20_251;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}
