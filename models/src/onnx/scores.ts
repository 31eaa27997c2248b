import type { FamilyGuess } from './family.ts';

/** One output of one run, numbers as they are. */
export interface RawOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** Reading of the outputs, as far as scores go. */
export type Reading = Pick<FamilyGuess, 'family' | 'outputs' | 'layout' | 'options'> & { readonly classes: number };

/** Rounding leaves 0..1 by a little; logits leave it by a lot. */
export const SLACK = 0.01;
/** Least and greatest of all. */
export function rangeOf(all: readonly ArrayLike<number>[]): readonly [number, number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const values of all) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return [least, most];
}

/** Whether scores are meant to be shares of 1. */
export function isShare({ family, options, outputs }: Reading): boolean {
  switch (family) {
    case 'classify':
      return options?.softmax !== 'outside' && options?.sigmoid !== 'outside';
    case 'nanodet':
      return options?.sigmoid !== 'outside';
    case 'yolo-raw':
      return options?.sigmoid === 'inside';
    case 'detr':
      return outputs.length !== 2;
    case 'ssd':
      return options?.softmax !== 'outside';
    case 'anomaly':
    case 'autoencoder':
      return false;
    case 'yolov8':
    case 'yolov5':
    case 'yolo-end2end':
    case 'yolov8-seg':
    case 'yolox':
    case 'fastestdet':
      return true;
  }
}

/** The numbers of a picture's outputs that are scores. */
export function scoresOf(reading: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
  const named = reading.outputs.flatMap((name) => outputs.find((output) => output.name === name) ?? []);
  const [first] = named;
  if (first === undefined) return [];
  const all = (some: readonly RawOutput[]): number[] => some.flatMap(({ data }) => Array.from(data, Number));
  const { classes, layout } = reading;
  switch (reading.family) {
    case 'yolov8':
    case 'yolov8-seg':
      return attributes(first, layout ?? 'attributes_first', 4, 4 + classes);
    case 'yolov5':
    case 'yolox':
      return attributes(first, layout ?? 'anchors_first', 4, 5 + classes);
    case 'yolo-end2end':
      return attributes(first, layout ?? 'anchors_first', 4, 5);
    case 'fastestdet':
      return channels(first, [0, ...Array.from({ length: classes }, (_, c) => 5 + c)]);
    case 'nanodet':
      return named.length === 1
        ? attributes(first, 'anchors_first', 0, classes)
        : all(named.slice(0, named.length / 2));
    case 'ssd':
    case 'classify':
    case 'autoencoder':
      return all([first]);
    case 'detr':
      return named.length === 1
        ? attributes(first, 'anchors_first', 4, 4 + classes)
        : all([(named.length === 3 ? named[2] : first) ?? first]);
    case 'anomaly':
      return all(named);
    case 'yolo-raw': {
      const strides = reading.options?.strides?.length ?? 3;
      const perStride = named.length / strides;
      return perStride >= 3 ? all(named.slice(0, 2 * strides)) : all(named.slice(perStride === 2 ? strides : 0));
    }
  }
}

/** Attributes `from` to `to` (exclusive) of every row of a table. */
function attributes(
  { data, shape }: RawOutput,
  layout: 'attributes_first' | 'anchors_first',
  from: number,
  to: number,
): Float64Array {
  const [, first = 0, second = 0] = shape;
  const [rows, count] = layout === 'anchors_first' ? [first, second] : [second, first];
  const [step, stride] = layout === 'anchors_first' ? [1, count] : [rows, 1];
  const values = new Float64Array(rows * (to - from));
  let at = 0;
  for (let a = from; a < to; a++)
    for (let row = 0; row < rows; row++) values[at++] = Number(data[row * stride + a * step] ?? 0);
  return values;
}

function channels({ data, shape }: RawOutput, wanted: readonly number[]): Float64Array {
  const cells = (shape[2] ?? 0) * (shape[3] ?? 0);
  const values = new Float64Array(cells * wanted.length);
  let at = 0;
  for (const channel of wanted)
    for (let cell = 0; cell < cells; cell++) values[at++] = Number(data[channel * cells + cell] ?? 0);
  return values;
}
