import type { ResolveFacts } from '../family.ts';
import type { OutputOptions } from '../../form/index.ts';
import type { Reading } from '../reading.ts';
import { outputOfRuns, type Runs } from '../scores/raw-output.ts';
import { largestInFirstColumn } from '../scores/score-columns.ts';

/** x of the centre is an offset within a cell, or in pixels of the input where the graph has decoded the grid. */
export function resolveOptions({ outputs: [table] }: Reading, runs: Runs, { width }: ResolveFacts): OutputOptions {
  return { gridDecoded: largestInFirstColumn(outputOfRuns(table, runs)) > width / 4 };
}
