import type { Reading } from '../reading.ts';
import type { RawOutput, Runs } from './raw-output.ts';

/** Rounding leaves 0..1 by a little; logits leave it by a lot. */
export const SLACK = 0.01;

/** What finding the scores of a run takes. */
export interface ScoreSource {
  scoresOf(reading: Reading, outputs: readonly RawOutput[]): ArrayLike<number>;
}

/** Scores of one run; empty where the reading's outputs are not among its own. */
export function scoresOfRun(family: ScoreSource, reading: Reading, outputs: readonly RawOutput[]): ArrayLike<number> {
  const named = reading.outputs.flatMap((name) => outputs.find((output) => output.name === name) ?? []);
  return named.length === 0 ? [] : family.scoresOf(reading, named);
}

/** Least and greatest of all. */
export function rangeOf(all: readonly ArrayLike<number>[]): readonly [least: number, most: number] {
  let least = Number.POSITIVE_INFINITY;
  let most = Number.NEGATIVE_INFINITY;
  for (const values of all) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i] ?? 0;
      if (value < least) least = value;
      if (value > most) most = value;
    }
  }
  return [least, most];
}

/** Whether all scores of the runs lie between 0 and 1. */
export function areProbabilities(family: ScoreSource, reading: Reading, runs: Runs): boolean {
  const [least, most] = rangeOf(runs.map((outputs) => scoresOfRun(family, reading, outputs)));
  return least >= -SLACK && most <= 1 + SLACK;
}
