import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { tableColumns } from '../scores/score-columns.ts';

/** The columns after the box. */
export function scoresOf(
  { layout = 'attributes_first', classes = 0 }: Reading,
  [table]: readonly RawOutput[],
): ArrayLike<number> {
  return table === undefined ? [] : tableColumns(table, layout, 4, 4 + classes);
}
