import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { tableColumns } from '../scores/score-columns.ts';

/** The last column must be the number of a class. */
export function contradicts({ outputs: [name] }: Reading, outputs: readonly RawOutput[]): boolean {
  const table = outputs.find((output) => output.name === name);
  const [, rows = 0, columns = 6] = table?.shape ?? [];
  return Array.from({ length: rows }, (_, row) => Number(table?.data[row * columns + 5] ?? 0)).some(
    (id) => !Number.isInteger(id) || id < 0,
  );
}

export function scoresOf({ layout = 'anchors_first' }: Reading, [table]: readonly RawOutput[]): ArrayLike<number> {
  return table === undefined ? [] : tableColumns(table, layout, 4, 5);
}
