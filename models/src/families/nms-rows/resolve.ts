import type { ResolveFacts } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import type { Reading } from '../reading.ts';
import { outputOfRuns, type RawOutput, type Runs } from '../scores/raw-output.ts';
import { SLACK } from '../scores/score-range.ts';
import { ROW_FORMS, type RowForm } from './columns.ts';

/** Fractions of the input stay below it, pixels do not. */
const FRACTION_MAX = 2;
/** Share of rows that may be odd: rounding, and rows that are not in use. */
const ODD_MOST = 0.05;

/** Whether boxes are fractions of the input or pixels. */
export function resolveOptions(reading: Reading, runs: Runs, { width }: ResolveFacts): OutputOptions {
  const form = formOf(reading);
  const sides = outputOfRuns(reading.outputs[0], runs).flatMap((output) =>
    rowsOf(output, form).flatMap((row) => row.slice(form.box, form.box + 4).map(Math.abs)),
  );
  if (sides.length === 0) return { boxes: form.fractions === true ? 'normalised' : 'pixels' };
  return { boxes: Math.max(...sides) <= Math.min(FRACTION_MAX, width / 8) ? 'normalised' : 'pixels' };
}

/** Classes and frames must be whole numbers, scores 0 to 1, and corners in their order. */
export function contradicts(reading: Reading, outputs: readonly RawOutput[]): boolean {
  const form = formOf(reading);
  const output = outputs.find(({ name }) => name === reading.outputs[0]);
  const rows = output === undefined ? [] : rowsOf(output, form);
  const odd = rows.filter((row) => !fitsRow(row, form));
  return odd.length > ODD_MOST * rows.length;
}

export function scoresOf(reading: Reading, [output]: readonly RawOutput[]): ArrayLike<number> {
  const form = formOf(reading);
  return output === undefined ? [] : rowsOf(output, form).map((row) => row[form.score] ?? 0);
}

function formOf({ options }: Reading): RowForm {
  return ROW_FORMS[options?.columns ?? 'batch_box_class_score'];
}

/** Rows that are in use: a row of padding has a class or a frame below 0, or nothing but zeros. */
function rowsOf({ data }: RawOutput, { width, classId, batch }: RowForm): readonly (readonly number[])[] {
  const rows = Array.from({ length: Math.floor(data.length / width) }, (_, n) =>
    Array.from({ length: width }, (__, at) => Number(data[n * width + at])),
  );
  return rows.filter((row) => {
    if ((batch !== undefined && row[batch] === -1) || row[classId] === -1) return false;
    return row.some((value) => value !== 0);
  });
}

function fitsRow(row: readonly number[], { box, score, classId, batch }: RowForm): boolean {
  const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = row.slice(box, box + 4);
  const value = row[score] ?? -1;
  const counted = (at: number): boolean => Number.isInteger(row[at]) && (row[at] ?? -1) >= 0;
  return (
    value >= -SLACK &&
    value <= 1 + SLACK &&
    x2 >= x1 &&
    y2 >= y1 &&
    counted(classId) &&
    (batch === undefined || counted(batch))
  );
}
