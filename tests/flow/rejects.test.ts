import { describe, expect, it } from 'vitest';
import { plantWithStops, steadyBelt } from '../../bench/rejects/lines.ts';
import { type RejectResult, type RejectRun, runRejects } from '../../bench/rejects/run-rejects.ts';
import { TruthSight } from '../../bench/rejects/truth-sight.ts';
import { fractionsFrom } from '../support/dice.ts';

/** Of these seeds the first minutes have stops, jams and defects. */
const SEEDS = [7, 8];

function rejectsOf(seed: number, run: Partial<RejectRun> = {}): RejectResult {
  const { line = plantWithStops(seed) } = run;
  const random = fractionsFrom(seed);
  return runRejects({ line, sight: new TruthSight(line, random), axis: 'encoder', minutes: 8, random, ...run });
}

describe('minutes of the twin from detections to the gate, on a simulated clock (an hour: npm run bench -- rejects)', () => {
  it('rejects every defective product and no other by encoder, over stops and jams', () => {
    const runs = SEEDS.map((seed) => rejectsOf(seed));
    for (const { gate, output } of runs) {
      expect(gate).toMatchObject({ wrong: 0, late: 0, done: gate.due });
      expect(output).toMatchObject({ late: 0, missed: 0, cancelled: 0, lateVerdicts: 0, noResult: 0 });
    }
    const sum = (of: (run: RejectResult) => number): number => runs.reduce((total, run) => total + of(run), 0);
    expect(sum(({ gate }) => gate.due)).toBeGreaterThanOrEqual(8);
    expect(sum(({ gate }) => gate.passed)).toBeGreaterThan(150);
    expect(sum(({ stops }) => stops)).toBeGreaterThan(0);
    expect(sum(({ jams }) => jams)).toBeGreaterThan(0);
    expect(sum(({ standingMs }) => standingMs)).toBeGreaterThan(2 * 60_000);
  });

  it('rejects every defective product and no other by time, where the belt never stands', () => {
    const { gate } = rejectsOf(7, { line: steadyBelt(7), axis: 'delay', minutes: 3 });
    expect(gate.due).toBeGreaterThan(3);
    expect(gate).toMatchObject({ wrong: 0, late: 0, done: gate.due });
  });

  it('is the same with the same seed', () => {
    expect(rejectsOf(8, { minutes: 1 })).toEqual(rejectsOf(8, { minutes: 1 }));
  });

  it('does not hide what is wrong: a gate that is one product farther away than the output takes it to be', () => {
    const { gate } = rejectsOf(7, { line: steadyBelt(7), minutes: 2, mistake: -157 });
    expect(gate.due).toBeGreaterThan(2);
    expect(gate.wrong).toBeGreaterThan(0);
    expect(gate.done).toBeLessThan(gate.due);
  });
});
