import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { judgeLoad, type LoadFigures, overloadFinding } from './index.ts';

const QUIET: LoadFigures = {
  wantedPerS: 24,
  offeredPerS: 24,
  inspectedPerS: 24,
  skippedPerS: 0,
  cores: 2,
  ownCores: 0.8,
  otherCores: 0.2,
  waitedFraction: 0.1,
};
const judge = (change: Partial<LoadFigures>, wasOverloaded = false) =>
  judgeLoad({ ...QUIET, ...change }, wasOverloaded);

describe('the judgement of the load', () => {
  it('names other programs when they take the CPUs that the cameras need', () => {
    const report = judge({ inspectedPerS: 12, skippedPerS: 4, ownCores: 0.4, otherCores: 1.6, waitedFraction: 0.8 });
    expect(report).toMatchObject({ state: 'overloaded', cause: 'other_programs', neededCores: 0.8 });
    const finding = overloadFinding(report);
    expect(finding?.message).toBe(
      'The device is overloaded: 12.0 of 24.0 frames a second are inspected, 50 % are missing. ' +
        'Lineside uses 0.4 of 2 cores and other programs use 1.6; it waits for a CPU for 80 % of its working time',
    );
    expect(finding?.advice).toContain('Other programs take the CPUs');
  });

  it('names the cameras when they need more cores than there are', () => {
    const report = judge({ inspectedPerS: 12, skippedPerS: 12, ownCores: 1.9, otherCores: 0.1, waitedFraction: 0.6 });
    expect(report).toMatchObject({ state: 'overloaded', cause: 'too_many_cameras', neededCores: 3.8 });
    expect(overloadFinding(report)?.advice).toContain('need about 3.8 cores');
  });

  it('knows a model that is too slow although CPUs are free', () => {
    expect(judge({ inspectedPerS: 12, skippedPerS: 12, ownCores: 0.3, otherCores: 0 })).toMatchObject({
      cause: 'too_many_cameras',
    });
  });

  it('reports no overload where frames are missing and time is not short', () => {
    expect(judge({ inspectedPerS: 2, offeredPerS: 2 })).toMatchObject({ state: 'normal', leftOut: [] });
    expect(judge({ wantedPerS: 0, offeredPerS: 0, inspectedPerS: 0, waitedFraction: 0.9, otherCores: 2 }).state).toBe(
      'normal',
    );
  });

  it('reports no overload where the device is busy and keeps up', () => {
    expect(judge({ otherCores: 1.2, waitedFraction: 0.7 }).state).toBe('normal');
  });

  it('ends an overload only when nearly all frames are inspected again', () => {
    const figures = { inspectedPerS: 22.5, otherCores: 1.5, waitedFraction: 0.6 };
    expect(judge(figures).state).toBe('normal');
    expect(judge(figures, true).state).toBe('overloaded');
  });

  it('leaves out live pictures before any frame', () => {
    expect(judge({ inspectedPerS: 10, otherCores: 1.8, waitedFraction: 0.7 }).leftOut).toEqual(['live_pictures']);
    expect(judge({ inspectedPerS: 10, skippedPerS: 10 }).leftOut).toEqual(['live_pictures', 'frames']);
    expect(judge({}).leftOut).toEqual([]);
  });
});

it('for any figures, an overload is reported only where frames are missing, and with numbers', () => {
  const below = dice(5);
  for (let run = 0; run < 500; run += 1) {
    const report = judgeLoad(
      {
        wantedPerS: below(100),
        offeredPerS: below(100),
        inspectedPerS: below(100),
        skippedPerS: below(50),
        cores: 1 + below(16),
        ownCores: below(100) / 10,
        otherCores: below(100) / 10,
        waitedFraction: below(101) / 100,
      },
      below(2) === 1,
    );
    if (report.state === 'overloaded') expect(report.inspectedPerS).toBeLessThan(report.wantedPerS);
    expect(overloadFinding(report)?.message ?? '').not.toMatch(/NaN|Infinity|undefined|-\d/);
  }
});
