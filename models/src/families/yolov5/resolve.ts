import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { tableColumns } from '../scores/score-columns.ts';

/** Objectness and the columns after it. */
export function scoresOf(
  { layout = 'anchors_first', classes = 0 }: Reading,
  [table]: readonly RawOutput[],
): ArrayLike<number> {
  return table === undefined ? [] : tableColumns(table, layout, 4, 5 + classes);
}
