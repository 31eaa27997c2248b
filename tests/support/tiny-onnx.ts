import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Manifest } from '@lineside/models';
import { encodeModel, type ModelGraph, type GraphNode, type OnnxValue } from '@lineside/models';

/** One answer of a constant detector: box centre and size in pixels of the model's input, one score per class. */
export interface ConstantBox {
  readonly cx: number;
  readonly cy: number;
  readonly width: number;
  readonly height: number;
  readonly classIndex: number;
  readonly score: number;
}

const image = (size: number, batch: number | string = 1): OnnxValue => ({
  name: 'images',
  type: 'uint8',
  shape: [batch, size, size, 3],
});
const toFloat: GraphNode = { op: 'Cast', inputs: ['images'], outputs: ['pixels'], attributes: { to: 1 } };
const int64 = (...values: readonly number[]): BigInt64Array => BigInt64Array.from(values, BigInt);

/**
 * A detector that always sees the same: uint8 [1,S,S,3] to float32 [1,4+classes,N], YOLOv8's layout (rows cx, cy, w, h
 * in input pixels, then one row of scores per class). The picture takes part with weight 0, so the graph is a real one.
 */
export function constantDetector(options: {
  readonly size: number;
  readonly classes: number;
  readonly boxes: readonly ConstantBox[];
  /** First axis of the input; the answer stays that of one picture. */
  readonly batch?: number | string;
  /** Class names as an exporter writes them into the metadata. */
  readonly names?: string;
}): Uint8Array {
  const { size, classes, boxes, batch, names } = options;
  const count = Math.max(1, boxes.length);
  const answers = new Float32Array((4 + classes) * count);
  for (const [i, box] of boxes.entries()) {
    for (const [row, value] of [box.cx, box.cy, box.width, box.height].entries()) answers[row * count + i] = value;
    answers[(4 + box.classIndex) * count + i] = box.score;
  }
  const graph = nothingOf(image(size, batch), [1, 4 + classes, count], answers);
  return encodeModel(names === undefined ? graph : { ...graph, metadata: { names } });
}

/**
 * A detector that reacts to the picture: the luma (mean of R, G, B) is averaged over cells of `cell` pixels, and each
 * cell has a fixed box `boxSize` wide and high about its middle whose score rises from 0 at `from` to 1 at `to` (of
 * 255). uint8 [1,S,S,3] to float32 [1,4+classes,N], N = (S/cell)^2, row by row; only class 0 scores. `batch` makes the
 * first axis another number, or open. A picture whose means are all 255 gets scores that are no numbers with
 * `blindedBy255`.
 */
export function brightBlobDetector(options: {
  readonly size: number;
  readonly cell?: number;
  readonly boxSize?: number;
  readonly classes?: number;
  readonly from?: number;
  readonly to?: number;
  readonly batch?: number | string;
  readonly blindedBy255?: boolean;
}): Uint8Array {
  const { size, cell = 32, boxSize = cell, classes = 1, from = 128, to = 255, batch = 1 } = options;
  if (size % cell !== 0) throw new RangeError(`cells of ${cell} do not fill ${size} pixels`);
  const side = size / cell;
  const count = side * side;
  const boxes = new Float32Array(4 * count);
  for (let i = 0; i < count; i++) {
    boxes[i] = ((i % side) + 0.5) * cell;
    boxes[count + i] = (Math.floor(i / side) + 0.5) * cell;
    boxes[2 * count + i] = boxSize;
    boxes[3 * count + i] = boxSize;
  }
  const others = classes - 1;
  const blinded = options.blindedBy255 === true;
  // 0 / 0 where all is 255, 1 elsewhere.
  const blinding: readonly GraphNode[] = [
    { op: 'ReduceMin', inputs: ['share'], outputs: ['least'], attributes: { axes: [1, 2], keepdims: 1 } },
    { op: 'Sub', inputs: ['one', 'least'], outputs: ['dark'] },
    { op: 'Div', inputs: ['dark', 'dark'], outputs: ['seeing'] },
    { op: 'Mul', inputs: ['share', 'seeing'], outputs: ['scores'] },
  ];
  return encodeModel({
    inputs: [image(size, batch)],
    outputs: [{ name: 'output0', type: 'float32', shape: [batch, 4 + classes, count] }],
    constants: [
      { name: 'plane', shape: [4], data: int64(-1, 1, size, size) },
      { name: 'row', shape: [3], data: int64(-1, 1, count) },
      { name: 'from', shape: [], data: Float32Array.of(from) },
      { name: 'span', shape: [], data: Float32Array.of(to - from) },
      { name: 'zero', shape: [], data: Float32Array.of(0) },
      { name: 'one', shape: [], data: Float32Array.of(1) },
      { name: 'boxes', shape: [1, 4, count], data: boxes },
      ...(others > 0 ? [{ name: 'others', shape: [1, others, count], data: new Float32Array(others * count) }] : []),
    ],
    nodes: [
      toFloat,
      { op: 'ReduceMean', inputs: ['pixels'], outputs: ['luma'], attributes: { axes: [3], keepdims: 0 } },
      { op: 'Reshape', inputs: ['luma', 'plane'], outputs: ['map'] },
      {
        op: 'AveragePool',
        inputs: ['map'],
        outputs: ['cells'],
        attributes: { kernel_shape: [cell, cell], strides: [cell, cell] },
      },
      { op: 'Reshape', inputs: ['cells', 'row'], outputs: ['means'] },
      { op: 'Sub', inputs: ['means', 'from'], outputs: ['above'] },
      { op: 'Div', inputs: ['above', 'span'], outputs: ['raw'] },
      { op: 'Clip', inputs: ['raw', 'zero', 'one'], outputs: [blinded ? 'share' : 'scores'] },
      ...(blinded ? blinding : []),
      // The boxes once per picture.
      { op: 'Mul', inputs: ['means', 'zero'], outputs: ['nothing'] },
      { op: 'Add', inputs: ['boxes', 'nothing'], outputs: ['places'] },
      ...(others > 0 ? [{ op: 'Add', inputs: ['others', 'nothing'], outputs: ['no_others'] }] : []),
      {
        op: 'Concat',
        inputs: ['places', 'scores', ...(others > 0 ? ['no_others'] : [])],
        outputs: ['output0'],
        attributes: { axis: 1 },
      },
    ],
  });
}

/**
 * A detector of products and of their defects: each cell of `cell` pixels whose luma is above `product` has a box of a
 * product (class 0, `boxSize` wide and high), and one above `defect` has half as large a box of a defect (class 1) beside it.
 * uint8 [1,S,S,3] to float32 [1,6,2N].
 */
export function brightProductDetector(options: {
  readonly size: number;
  readonly cell: number;
  readonly boxSize: number;
  readonly product: number;
  readonly defect: number;
}): Uint8Array {
  const { size, cell, boxSize, product, defect } = options;
  const side = size / cell;
  const count = side * side;
  const boxes = (wide: number): Float32Array => {
    const middle = Array.from({ length: count }, (_, i) => [
      ((i % side) + 0.5) * cell,
      (Math.floor(i / side) + 0.5) * cell,
    ]);
    const wides = Array.from({ length: 2 * count }, () => wide);
    return Float32Array.from([...middle.map(([x = 0]) => x), ...middle.map(([, y = 0]) => y), ...wides]);
  };
  const score = (name: string): readonly GraphNode[] => [
    { op: 'Sub', inputs: ['means', `${name}_from`], outputs: [`${name}_above`] },
    { op: 'Clip', inputs: [`${name}_above`, 'zero', 'one'], outputs: [`${name}_score`] },
    { op: 'Add', inputs: [`${name}_boxes`, 'nothing'], outputs: [`${name}_places`] },
  ];
  return encodeModel({
    inputs: [image(size)],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 6, 2 * count] }],
    constants: [
      { name: 'plane', shape: [4], data: int64(-1, 1, size, size) },
      { name: 'row', shape: [3], data: int64(-1, 1, count) },
      { name: 'product_from', shape: [], data: Float32Array.of(product) },
      { name: 'defect_from', shape: [], data: Float32Array.of(defect) },
      { name: 'product_boxes', shape: [1, 4, count], data: boxes(boxSize) },
      { name: 'defect_boxes', shape: [1, 4, count], data: boxes(boxSize / 2) },
      { name: 'zero', shape: [], data: Float32Array.of(0) },
      { name: 'one', shape: [], data: Float32Array.of(1) },
    ],
    nodes: [
      toFloat,
      { op: 'ReduceMean', inputs: ['pixels'], outputs: ['luma'], attributes: { axes: [3], keepdims: 0 } },
      { op: 'Reshape', inputs: ['luma', 'plane'], outputs: ['map'] },
      {
        op: 'AveragePool',
        inputs: ['map'],
        outputs: ['cells'],
        attributes: { kernel_shape: [cell, cell], strides: [cell, cell] },
      },
      { op: 'Reshape', inputs: ['cells', 'row'], outputs: ['means'] },
      { op: 'Mul', inputs: ['means', 'zero'], outputs: ['nothing'] },
      ...score('product'),
      ...score('defect'),
      {
        op: 'Concat',
        inputs: ['product_places', 'product_score', 'nothing'],
        outputs: ['products'],
        attributes: { axis: 1 },
      },
      {
        op: 'Concat',
        inputs: ['defect_places', 'nothing', 'defect_score'],
        outputs: ['defects'],
        attributes: { axis: 1 },
      },
      { op: 'Concat', inputs: ['products', 'defects'], outputs: ['output0'], attributes: { axis: 2 } },
    ],
  });
}

/** A model whose output [1,N] is no table of boxes. */
export function wrongShapeModel(size: number, outputs = 10): Uint8Array {
  return encodeModel(nothingOf(image(size), [1, outputs], new Float32Array(outputs)));
}

/** A classifier of two classes: dark, and bright, whose probability is the mean of the picture. uint8 [1,S,S,3] to float32 [1,2]. */
export function brightnessClassifier(size: number): Uint8Array {
  return encodeModel({
    inputs: [image(size)],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 2] }],
    constants: [
      { name: 'row', shape: [2], data: int64(1, 1) },
      { name: 'white', shape: [], data: Float32Array.of(255) },
      { name: 'one', shape: [], data: Float32Array.of(1) },
    ],
    nodes: [
      toFloat,
      { op: 'ReduceMean', inputs: ['pixels'], outputs: ['mean'], attributes: { keepdims: 0 } },
      { op: 'Div', inputs: ['mean', 'white'], outputs: ['share'] },
      { op: 'Reshape', inputs: ['share', 'row'], outputs: ['bright'] },
      { op: 'Sub', inputs: ['one', 'bright'], outputs: ['dark'] },
      { op: 'Concat', inputs: ['dark', 'bright'], outputs: ['output0'], attributes: { axis: 1 } },
    ],
  });
}

/** A model that takes float32 [1,3,S,S] where the manifest promises uint8 [1,S,S,3]. */
export function wrongTypeModel(size: number): Uint8Array {
  const input: OnnxValue = { name: 'images', type: 'float32', shape: [1, 3, size, size] };
  return encodeModel(nothingOf(input, [1, 5, 1], new Float32Array(5)));
}

/** Adds 0 * mean(input) to `answers`, so that the output needs the input. */
function nothingOf(input: OnnxValue, shape: readonly number[], answers: Float32Array): ModelGraph {
  return {
    inputs: [input],
    outputs: [{ name: 'output0', type: 'float32', shape }],
    constants: [
      { name: 'answers', shape, data: answers },
      { name: 'nothing', shape: [], data: Float32Array.of(0) },
    ],
    nodes: [
      { ...toFloat, inputs: [input.name] },
      { op: 'ReduceMean', inputs: ['pixels'], outputs: ['mean'], attributes: { keepdims: 0 } },
      { op: 'Mul', inputs: ['mean', 'nothing'], outputs: ['offset'] },
      { op: 'Add', inputs: ['answers', 'offset'], outputs: ['output0'] },
    ],
  };
}

/** The manifest of a bundle made for a test. */
export interface BundleFacts {
  readonly id?: string;
  readonly size: number;
  readonly labels: readonly string[];
  readonly score?: number;
  /** Most pictures per run. */
  readonly batch?: number;
  /** Put into the manifest in place of the file's own. */
  readonly sha256?: string;
}

/** The manifest of a tiny model: letterboxed RGB in, YOLOv8's layout out. */
export function tinyManifest(model: Uint8Array, facts: BundleFacts): Manifest {
  return {
    schema: 1,
    id: facts.id ?? 'tiny',
    version: '1.0.0',
    task: 'detect',
    file: 'model.onnx',
    sha256: facts.sha256 ?? createHash('sha256').update(model).digest('hex'),
    input: {
      name: 'images',
      type: 'uint8',
      layout: 'nhwc',
      width: facts.size,
      height: facts.size,
      color: 'rgb',
      letterbox: { anchor: 'center', fill: 114 },
      ...(facts.batch === undefined ? {} : { batch: facts.batch }),
    },
    output: { name: 'output0', family: 'yolov8' },
    labels: [...facts.labels],
    thresholds: { score: facts.score ?? 0.5, iou: 0.45 },
    golden: [],
    licence: 'Apache-2.0',
  };
}

/** Writes a bundle (manifest.json, model.onnx) into `folder` and returns the folder. */
export async function writeTinyBundle(folder: string, model: Uint8Array, facts: BundleFacts): Promise<string> {
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, 'model.onnx'), model);
  await writeFile(join(folder, 'manifest.json'), `${JSON.stringify(tinyManifest(model, facts), undefined, 2)}\n`);
  return folder;
}
