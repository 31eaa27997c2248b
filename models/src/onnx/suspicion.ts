import type { FamilyGuess } from './family.ts';

/** One output of one run, numbers as they are. */
export interface RawOutput {
  readonly name: string;
  readonly shape: readonly number[];
  readonly data: ArrayLike<number | bigint>;
}

/** Why a model's scores cannot be trusted. */
export interface Suspicion {
  readonly kind: 'not_finite' | 'out_of_range' | 'all_zero' | 'constant' | 'blind';
  readonly message: string;
}

/** Reading of the outputs, as far as scores go. */
export type Reading = Pick<FamilyGuess, 'family' | 'outputs' | 'layout' | 'options'> & { readonly classes: number };

/** Rounding leaves 0..1 by a little; logits leave it by a lot. */
const SLACK = 0.01;
/** Differences below this share of the range are rounding. */
const SAME = 1e-6;

/**
 * What is wrong with the scores that a model gave for several pictures that differ: numbers that are none, shares
 * beyond 0 to 1, or the same scores whatever was shown, which is what a bad quantisation leaves of a model.
 */
export function suspectScores(reading: Reading, runs: readonly (readonly RawOutput[])[]): Suspicion | undefined {
  for (const outputs of runs) {
    for (const { name, data } of outputs) {
      const bad = reading.outputs.includes(name) ? firstImpossible(data) : undefined;
      if (bad !== undefined) return { kind: 'not_finite', message: `output ${name} holds ${bad}` };
    }
  }
  const scores = runs.map((outputs) => scoresOf(reading, outputs));
  const [least, most] = rangeOf(scores);
  if (isShare(reading) && (least < -SLACK || most > 1 + SLACK)) {
    return {
      kind: 'out_of_range',
      message: `scores run from ${least.toPrecision(3)} to ${most.toPrecision(3)} instead of 0 to 1`,
    };
  }
  if (least === 0 && most === 0) return { kind: 'all_zero', message: 'every score is 0 on every picture' };
  if (most - least <= SAME * Math.max(1, Math.abs(most))) {
    return { kind: 'constant', message: `every score is ${most.toPrecision(4)} on every picture` };
  }
  if (runs.length > 1 && scores.every((values) => same(values, scores[0] ?? [])) && rowsSame(reading, runs)) {
    return { kind: 'blind', message: `its answer is the same for ${runs.length} pictures that differ` };
  }
  return undefined;
}

function firstImpossible(data: ArrayLike<number | bigint>): string | undefined {
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  }
  return undefined;
}

/** Boxes may still move where scores do not: both must be the same. */
function rowsSame(reading: Reading, runs: readonly (readonly RawOutput[])[]): boolean {
  const [first = []] = runs;
  return runs.every((outputs) =>
    outputs.every(({ name, data }, i) => !reading.outputs.includes(name) || same(data, first[i]?.data ?? [])),
  );
}

function same(a: ArrayLike<number | bigint>, b: ArrayLike<number | bigint>): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (Math.abs(Number(a[i]) - Number(b[i])) > SAME * Math.max(1, Math.abs(Number(a[i])))) return false;
  }
  return true;
}

function rangeOf(all: readonly ArrayLike<number>[]): readonly [number, number] {
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
function isShare({ family, options, outputs }: Reading): boolean {
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
function scoresOf(reading: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
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

/**
 * What the numbers of a run tell of a reading that shapes leave open: whether boxes are shares of the input or pixels,
 * whether YOLOX's are moved from its grid already, and what a classification's scores went through.
 */
export function settleReading<G extends FamilyGuess>(
  guess: G,
  runs: readonly (readonly RawOutput[])[],
  width: number,
): G {
  if (guess.family === 'classify') return settleShares(guess, runs);
  if (guess.options?.gridDecoded !== undefined) return guess;
  const boxes = guess.family === 'yolox' ? guess.outputs[0] : guess.family === 'ssd' ? guess.outputs[1] : undefined;
  if (boxes === undefined) return guess;
  let most = 0;
  for (const outputs of runs) {
    const table = outputs.find(({ name }) => name === boxes);
    const [, rows = 0, columns = 1] = table?.shape ?? [];
    // x of the middle, or of a corner: an offset within a cell, a share, or pixels.
    for (let row = 0; row < rows; row++) most = Math.max(most, Math.abs(Number(table?.data[row * columns] ?? 0)));
  }
  if (guess.family === 'yolox') return { ...guess, options: { ...guess.options, gridDecoded: most > width / 4 } };
  return { ...guess, options: { ...guess.options, boxes: most > 4 ? 'pixels' : 'normalised' } };
}

/** Scores of a classification that sum to 1 went through softmax, whatever the operator that did it; those within 0..1 that do not, through a sigmoid. */
function settleShares<G extends FamilyGuess>(guess: G, runs: readonly (readonly RawOutput[])[]): G {
  const all = runs.flatMap((outputs) => outputs.filter(({ name }) => name === guess.outputs[0]));
  const values = all.map(({ data }) => Array.from(data, Number));
  const shares = values.every((scores) => scores.every((score) => score >= -SLACK && score <= 1 + SLACK));
  if (!shares || values.length === 0) return { ...guess, options: { ...guess.options, softmax: 'outside' } };
  const whole = values.every((scores) => Math.abs(scores.reduce((sum, score) => sum + score, 0) - 1) < SLACK);
  return { ...guess, options: whole ? { softmax: 'inside' } : { sigmoid: 'inside' } };
}
