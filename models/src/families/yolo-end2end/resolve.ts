import type { Reading } from '../reading.ts';
import type { RawOutput } from '../scores/raw-output.ts';
import { SLACK } from '../scores/score-range.ts';
import { tableColumns } from '../scores/score-columns.ts';

/** The last column must be the number of a class, and the one before it a score. */
export function contradicts({ outputs: [name] }: Reading, outputs: readonly RawOutput[]): boolean {
  const table = outputs.find((output) => output.name === name);
  const [, rows = 0, columns = 6] = table?.shape ?? [];
  return Array.from({ length: rows }, (_, row) => row * columns).some((at) => {
    const [score, id] = [Number(table?.data[at + 4] ?? 0), Number(table?.data[at + 5] ?? 0)];
    // Rows that are not in use may hold -1.
    return !Number.isInteger(id) || id < -1 || score < -1 - SLACK || score > 1 + SLACK;
  });
}

export function scoresOf({ layout = 'anchors_first' }: Reading, [table]: readonly RawOutput[]): ArrayLike<number> {
  return table === undefined ? [] : tableColumns(table, layout, 4, 5);
}
