import type { OutputOptions } from '../../form/index.ts';
import type { Reading } from '../reading.ts';
import { outputOfRuns, type RawOutput, type Runs } from '../scores/raw-output.ts';
import { allValues } from '../scores/score-columns.ts';

/** Fractions of the input stay below it, pixels do not. */
const FRACTION_MAX = 4;
/** Share of boxes for which a form must hold. */
const MOST_BOXES = 0.95;

/**
 * Whether boxes are fractions or pixels, and corners or centres. ONNX's operator takes corners as y1, x1, y2, x2, so
 * corners are read in that order.
 */
export function resolveOptions(reading: Reading, runs: Runs): OutputOptions {
  const all = outputOfRuns(reading.outputs[1], runs);
  let [rows, corners, most] = [0, 0, 0];
  for (const { data } of all) {
    for (let at = 0; at + 3 < data.length; at += 4) {
      const [a, b, c, d] = [0, 1, 2, 3].map((side) => Number(data[at + side])) as [number, number, number, number];
      rows += 1;
      if (c >= a && d >= b) corners += 1;
      most = Math.max(most, Math.abs(c), Math.abs(d));
    }
  }
  return {
    boxes: most > FRACTION_MAX ? 'pixels' : 'normalised',
    boxForm: reading.options?.boxForm ?? (corners >= MOST_BOXES * rows ? 'corners_yx' : 'centre'),
  };
}

export function scoresOf(_reading: Reading, [, , scores]: readonly RawOutput[]): ArrayLike<number> {
  return scores === undefined ? [] : allValues([scores]);
}
