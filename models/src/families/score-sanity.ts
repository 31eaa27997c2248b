import type { FamilyName } from './lookup.ts';
import { familyOf } from './lookup.ts';
import type { Reading } from './reading.ts';
import type { RawOutput, Runs } from './scores/raw-output.ts';
import { rangeOf, scoresOfRun, SLACK } from './scores/score-range.ts';

/** Why a model's scores cannot be trusted. */
export interface ScoreDefect {
  readonly kind: 'not_finite' | 'out_of_range' | 'all_zero' | 'constant' | 'blind';
  readonly message: string;
}

/** What is checked: the reading, as far as it concerns scores. */
export type CheckedReading = Pick<Reading, 'outputs' | 'layout' | 'options' | 'classes'> & {
  readonly family: FamilyName;
};

/** Differences below this fraction of the range are rounding. */
const SAME = 1e-6;

/**
 * What is wrong with the scores that a model gave for several images that differ: values that are not finite,
 * probabilities outside 0 to 1, or the same scores for every image, which is what a bad quantisation leaves of a model.
 */
export function findScoreDefect(checked: CheckedReading, runs: Runs): ScoreDefect | undefined {
  const reading: Reading = { reason: '', confidence: 1, ...checked };
  const family = familyOf(checked.family);
  for (const outputs of runs) {
    for (const { name, data } of outputs) {
      const bad = reading.outputs.includes(name) ? firstNotFinite(data) : undefined;
      if (bad !== undefined) return { kind: 'not_finite', message: `output ${name} holds ${bad}` };
    }
  }
  const scores = runs.map((outputs) => scoresOfRun(family, reading, outputs));
  const count = scores.reduce((sum, values) => sum + values.length, 0);
  // A list of boxes may be empty on every picture, or hold one.
  if (count < 2) return undefined;
  const [least, most] = rangeOf(scores);
  if (family.scoresAreProbabilities(reading) && (least < -SLACK || most > 1 + SLACK)) {
    return {
      kind: 'out_of_range',
      message: `scores run from ${least.toPrecision(3)} to ${most.toPrecision(3)} instead of 0 to 1`,
    };
  }
  if (least === 0 && most === 0) return { kind: 'all_zero', message: 'every score is 0 on every picture' };
  if (most - least <= SAME * Math.max(1, Math.abs(most))) {
    return { kind: 'constant', message: `every score is ${most.toPrecision(4)} on every picture` };
  }
  if (runs.length > 1 && scores.every((values) => same(values, scores[0] ?? [])) && outputsSame(reading, runs)) {
    return { kind: 'blind', message: `its answer is the same for ${runs.length} pictures that differ` };
  }
  return undefined;
}

function firstNotFinite(data: RawOutput['data']): string | undefined {
  for (let i = 0; i < data.length; i++) {
    const value = data[i];
    if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  }
  return undefined;
}

/** Boxes may still move where scores do not: both must be the same. */
function outputsSame(reading: Reading, runs: Runs): boolean {
  const [first = []] = runs;
  return runs.every((outputs) =>
    outputs.every(({ name, data }, i) => !reading.outputs.includes(name) || same(data, first[i]?.data ?? [])),
  );
}

function same(a: RawOutput['data'], b: RawOutput['data']): boolean {
  if (a.length !== b.length) return false;
  for (let i = 0; i < a.length; i++) {
    if (Math.abs(Number(a[i]) - Number(b[i])) > SAME * Math.max(1, Math.abs(Number(a[i])))) return false;
  }
  return true;
}
