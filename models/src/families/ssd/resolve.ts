import type { ResolveFacts } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import type { Reading } from '../reading.ts';
import { outputOfRuns, type RawOutput, type Runs } from '../scores/raw-output.ts';
import { allValues, largestInFirstColumn } from '../scores/score-columns.ts';
import { areProbabilities, SLACK } from '../scores/score-range.ts';

/** Fraction of rows for which a form must hold. */
const MOST_ROWS = 0.95;
/** Rows of each run whose sum is looked at. */
const ROWS_SUMMED = 64;
/** Fractions of the input stay below it, pixels do not. */
const FRACTION_MAX = 4;

export function resolveOptions(reading: Reading, runs: Runs, facts: ResolveFacts): OutputOptions {
  const boxes = outputOfRuns(reading.outputs[1], runs);
  return {
    boxes: largestInFirstColumn(boxes) > FRACTION_MAX ? 'pixels' : 'normalised',
    ...boxForm(reading, runs),
    ...background(reading, runs, facts),
  };
}

/** Boxes that are neither corners nor centres, or that do not cover the image, are offsets to anchors, not decoded. */
export function contradicts(reading: Reading, outputs: readonly RawOutput[]): boolean {
  const form = boxForm(reading, [outputs]);
  const [boxes] = outputOfRuns(reading.outputs[1], [outputs]);
  return form === undefined || (boxes !== undefined && !coversImage(boxes, form.boxForm === 'centre'));
}

/** Fewer boxes may lie anywhere. */
const COVERING_LEAST = 100;

/**
 * Whether the middles of many decoded boxes lie within the image and in all parts of it, as those of anchors do whatever
 * is shown. Offsets lie around 0.
 */
function coversImage({ data }: RawOutput, centred: boolean): boolean {
  const count = Math.floor(data.length / 4);
  if (count < COVERING_LEAST) return true;
  return [0, 1].every((axis) => {
    const middles = Float64Array.from({ length: count }, (_, n) => {
      const [near, far] = [Number(data[4 * n + axis]), Number(data[4 * n + 2 + axis])];
      return centred ? near : (near + far) / 2;
    }).sort();
    const at = (fraction: number): number => middles[Math.floor(fraction * (count - 1))] ?? 0;
    // In fractions; pixels are compared with the furthest middle.
    const unit = at(0.98) > FRACTION_MAX ? at(0.98) : 1;
    return at(0.05) > -0.2 * unit && at(0.95) < 1.2 * unit && at(0.02) < 0.45 * unit && at(0.98) > 0.55 * unit;
  });
}

export function scoresOf(_reading: Reading, [scores]: readonly RawOutput[]): ArrayLike<number> {
  return scores === undefined ? [] : allValues([scores]);
}

/** Corners in order, or centres with sizes above 0; undefined where boxes are neither. */
function boxForm({ options, outputs }: Reading, runs: Runs): OutputOptions | undefined {
  if (options?.boxForm !== undefined) return {};
  let [rows, corners, centres] = [0, 0, 0];
  for (const { data } of outputOfRuns(outputs[1], runs)) {
    for (let at = 0; at + 3 < data.length; at += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((side) => Number(data[at + side])) as [number, number, number, number];
      rows += 1;
      if (c >= a && d >= b) corners += 1;
      if (c > 0 && d > 0) centres += 1;
    }
  }
  if (corners >= MOST_ROWS * rows) return {};
  return centres >= MOST_ROWS * rows ? { boxForm: 'centre' } : undefined;
}

/** Scores of an anchor that sum to 1 have one for "nothing there", unless there are as many labels. */
function background(reading: Reading, runs: Runs, { labels }: ResolveFacts): OutputOptions {
  const { classes = 0 } = reading;
  if (!areProbabilities({ scoresOf }, reading, runs)) return { softmax: 'outside' };
  const sums = outputOfRuns(reading.outputs[0], runs).flatMap(({ data }) =>
    Array.from({ length: Math.min(ROWS_SUMMED, data.length / classes) }, (_, row) => {
      let sum = 0;
      for (let c = 0; c < classes; c++) sum += Number(data[row * classes + c]);
      return sum;
    }),
  );
  const softmax = sums.every((sum) => Math.abs(sum - 1) < SLACK);
  return softmax && classes > 1 && labels !== classes ? { background: reading.options?.background ?? 0 } : {};
}
