import type { FamilyGuess } from './family.ts';
import { rangeOf, type RawOutput, scoresOf, SLACK } from './scores.ts';

type Runs = readonly (readonly RawOutput[])[];

/** What is known when a reading is settled. */
export interface SettleFacts {
  /** Of the input, in pixels. */
  readonly width: number;
  readonly labels: number | undefined;
}

/**
 * What the numbers of runs on pictures tell of a reading that shapes leave open: whether boxes are shares of the input
 * or pixels, whether YOLOX's are moved from its grid already, what scores went through, which class means nothing.
 */
export function settleReading<G extends FamilyGuess>(guess: G, runs: Runs, facts: SettleFacts): G {
  switch (guess.family) {
    case 'classify':
      return withOptions(guess, classification(guess, runs));
    case 'yolox':
      // x of the middle: an offset within a cell, or pixels of the input.
      return withOptions(guess, { gridDecoded: largestX(guess.outputs[0], runs) > facts.width / 4 });
    case 'ssd':
      return withOptions(guess, {
        boxes: largestX(guess.outputs[1], runs) > 4 ? 'pixels' : 'normalised',
        ...boxForm(guess, runs),
        ...background(guess, runs, facts),
      });
    case 'nanodet':
    case 'yolo-raw':
      return withOptions(guess, { sigmoid: areShares(guess, runs) ? 'inside' : 'outside' });
    case 'detr': {
      const logits = guess.outputs.length === 2 && !areShares(guess, runs);
      if (logits || guess.outputs.length !== 2) return guess;
      const inside = guess.options?.background === undefined ? { sigmoid: 'inside' } : { softmax: 'inside' };
      return withOptions(guess, inside as FamilyGuess['options']);
    }
    case 'yolov8':
    case 'yolov5':
    case 'yolo-end2end':
    case 'yolov8-seg':
    case 'fastestdet':
    case 'anomaly':
    case 'autoencoder':
      return guess;
  }
}

/** Whether the numbers of a run rule a reading out that the shapes allow. */
export function contradicts(guess: FamilyGuess, outputs: readonly RawOutput[]): boolean {
  if (guess.family === 'ssd') return boxForm(guess, [outputs]) === undefined;
  if (guess.family !== 'yolo-end2end') return false;
  const table = outputs.find(({ name }) => name === guess.outputs[0]);
  const [, rows = 0, columns = 6] = table?.shape ?? [];
  // The last column is the number of a class.
  return Array.from({ length: rows }, (_, row) => Number(table?.data[row * columns + 5] ?? 0)).some(
    (id) => !Number.isInteger(id) || id < 0,
  );
}

function withOptions<G extends FamilyGuess>(guess: G, options: FamilyGuess['options']): G {
  const kept = { ...guess.options };
  // A score went through one of them, not through both.
  if (options?.sigmoid !== undefined) delete kept.softmax;
  if (options?.softmax !== undefined) delete kept.sigmoid;
  return { ...guess, options: { ...kept, ...options } };
}

/** Those that sum to 1 went through softmax, whatever the operator that did it; those within 0..1 through a sigmoid. */
function classification(guess: FamilyGuess, runs: Runs): FamilyGuess['options'] {
  if (!areShares(guess, runs)) return { softmax: 'outside' };
  const whole = tables(guess.outputs[0], runs).every(({ data }) => Math.abs(sum(Array.from(data, Number)) - 1) < SLACK);
  return whole ? { softmax: 'inside' } : { sigmoid: 'inside' };
}

/** Scores of an anchor that sum to 1 have one for "nothing there", unless there are as many labels. */
function background(guess: FamilyGuess, runs: Runs, { labels }: SettleFacts): FamilyGuess['options'] {
  const classes = guess.classes ?? 0;
  if (!areShares(guess, runs)) return { softmax: 'outside' };
  const rows = tables(guess.outputs[0], runs).flatMap(({ data }) =>
    Array.from({ length: Math.min(64, data.length / classes) }, (_, row) =>
      sum(Array.from({ length: classes }, (__, c) => Number(data[row * classes + c]))),
    ),
  );
  const whole = rows.every((total) => Math.abs(total - 1) < SLACK);
  return whole && classes > 1 && labels !== classes ? { background: guess.options?.background ?? 0 } : {};
}

/** Share of rows that a form must hold for. */
const MOST_ROWS = 0.95;

/** Corners in order, or middles with sizes above 0; undefined where boxes are neither: offsets to anchors, not decoded. */
function boxForm(guess: FamilyGuess, runs: Runs): FamilyGuess['options'] {
  if (guess.options?.boxForm !== undefined) return {};
  let [rows, corners, middles] = [0, 0, 0];
  for (const { data } of tables(guess.outputs[1], runs)) {
    for (let at = 0; at + 3 < data.length; at += 4) {
      const [a, b, c, d] = [data[at], data[at + 1], data[at + 2], data[at + 3]].map(Number) as [
        number,
        number,
        number,
        number,
      ];
      rows += 1;
      if (c >= a && d >= b) corners += 1;
      if (c > 0 && d > 0) middles += 1;
    }
  }
  if (corners >= MOST_ROWS * rows) return {};
  return middles >= MOST_ROWS * rows ? { boxForm: 'centre' } : undefined;
}

function areShares(guess: FamilyGuess, runs: Runs): boolean {
  const reading = { ...guess, classes: guess.classes ?? 0 };
  const [least, most] = rangeOf(runs.map((outputs) => scoresOf(reading, outputs)));
  return least >= -SLACK && most <= 1 + SLACK;
}

function largestX(name: string | undefined, runs: Runs): number {
  let most = 0;
  for (const { data, shape } of tables(name, runs)) {
    const [, rows = 0, columns = 1] = shape;
    for (let row = 0; row < rows; row++) most = Math.max(most, Math.abs(Number(data[row * columns] ?? 0)));
  }
  return most;
}

function tables(name: string | undefined, runs: Runs): readonly RawOutput[] {
  return runs.flatMap((outputs) => outputs.filter((output) => output.name === name));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
