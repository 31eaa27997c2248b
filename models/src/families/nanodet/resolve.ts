import type { OutputOptions } from '../../form/index.ts';
import type { Reading } from '../reading.ts';
import type { RawOutput, Runs } from '../scores/raw-output.ts';
import { allValues, tableColumns } from '../scores/score-columns.ts';
import { areProbabilities } from '../scores/score-range.ts';

export function resolveOptions(reading: Reading, runs: Runs): OutputOptions {
  return { sigmoid: areProbabilities({ scoresOf }, reading, runs) ? 'inside' : 'outside' };
}

/** The first columns of one table, or the first half of the outputs. */
export function scoresOf({ classes = 0 }: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
  const [first] = outputs;
  if (first === undefined) return [];
  return outputs.length === 1
    ? tableColumns(first, 'anchors_first', 0, classes)
    : allValues(outputs.slice(0, outputs.length / 2));
}
