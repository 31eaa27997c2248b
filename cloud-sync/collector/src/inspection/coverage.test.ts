import { describe, expect, it } from 'vitest';
import type { InspectionSample } from '../records/index.ts';
import { coverageOf, type Coverage } from './coverage.ts';
import { inspectedFraction } from './coverage-json.ts';
import { inspectionState } from './inspection-state.ts';

const MINUTE = 60_000;
const START = Date.UTC(2026, 10, 28, 2);

interface Point {
  /** Minutes after the start. */
  readonly at: number;
  readonly inspected: number;
  readonly state?: string;
  readonly boot?: string;
  /** Minutes by which the wall clock is wrong. */
  readonly wrong?: number;
  readonly failed?: Record<string, number>;
}

/** Samples as a device writes them: ten frames a second, unless a point says otherwise. */
function samples(...points: readonly Point[]): InspectionSample[] {
  return points.map(({ at, inspected, state = 'streaming', boot = 'boot-1', wrong = 0, failed = {} }, index) => ({
    ...{ device: 'line-1', journal: 1, seq: index + 1, boot, clock: 'synced' },
    wallMs: START + (at + wrong) * MINUTE,
    monoMs: at * MINUTE,
    body: {
      ...{ camera: 'belt', model: 'ppe', state },
      counters: {
        offered: inspected + Object.values(failed).reduce((a, b) => a + b, 0),
        inspected,
        skipped: {},
        failed,
      },
    },
  }));
}

function one(points: readonly Point[], minutes: number, stepMinutes = minutes): Coverage {
  const [coverage, ...others] = coverageOf(samples(...points), {
    ...{ fromMs: START, toMs: START + minutes * MINUTE, stepMs: stepMinutes * MINUTE },
    nowMs: START + minutes * MINUTE,
  });
  if (coverage === undefined || others.length > 0) throw new Error('not one camera');
  return coverage;
}

const steady = (minutes: number): Point[] =>
  Array.from({ length: minutes + 1 }, (_, at) => ({ at, inspected: at * 600 }));

const minutes = (ms: number): number => Math.round((10 * ms) / MINUTE) / 10;

describe('the coverage of a camera', () => {
  it('is all of the time while frames are inspected', () => {
    const coverage = one(steady(60), 60);
    expect(coverage).toMatchObject({ blindMs: 0, unknownMs: 0, pendingMs: 0, periods: [], framesInspected: 36_000 });
    expect(inspectedFraction(coverage)).toBe(1);
  });

  it('names the time that a dead camera was not inspected, and why, although its counters since the start look good', () => {
    const points = [
      ...steady(10),
      { at: 14, inspected: 10 * 600 + 2400 },
      { at: 14.5, inspected: 8700, state: 'failed:refused' },
      ...[15.5, 16.5, 17.5, 18.5, 19.5].map((at) => ({ at, inspected: 8700, state: 'failed:refused' })),
      { at: 20, inspected: 8700, state: 'streaming' },
      { at: 21, inspected: 9300 },
    ].filter(({ at }) => at !== 14);
    const withoutGap = [...points, ...[11, 12, 13, 14].map((at) => ({ at, inspected: at * 600 }))].toSorted(
      (a, b) => a.at - b.at,
    );
    const coverage = one(withoutGap, 21, 1);
    expect(
      coverage.periods.map((period) => [minutes(period.fromMs - START), minutes(period.toMs - START), period.reason]),
    ).toEqual([[14.5, 20, 'camera_refused']]);
    expect(minutes(coverage.blindMs)).toBe(5.5);
    expect(coverage.parts[16]).toMatchObject({ inspectedMs: 0, blindMs: MINUTE });
    expect(coverage.parts[13]).toMatchObject({ inspectedMs: MINUTE, blindMs: 0 });
  });

  it('ends where the frames end, when a device wrote that the camera is lost only at the next full minute', () => {
    const coverage = one([...steady(5), { at: 6, inspected: 3150, state: 'failed:stalled' }], 6);
    expect(coverage.periods.map(({ fromMs, reason }) => [minutes(fromMs - START), reason])).toEqual([
      [5.3, 'camera_stalled'],
    ]);
  });

  it('is blind while a camera streams and the model gives no result', () => {
    const failing = [6, 7, 8].map((at) => ({ at, inspected: 3000, failed: { deadline: (at - 5) * 600 } }));
    expect(one([...steady(5), ...failing], 8)).toMatchObject({
      inspectedMs: 5 * MINUTE,
      blindMs: 3 * MINUTE,
      reasons: [{ reason: 'deadline', ms: 3 * MINUTE }],
    });
  });

  it('is unknown where no record tells, and never counted as inspected', () => {
    const later = [30, 31, 32].map((at) => ({ at, inspected: at * 600 }));
    const coverage = one([...steady(10), ...later], 40);
    expect(coverage).toMatchObject({ inspectedMs: 12 * MINUTE, unknownMs: 28 * MINUTE });
    expect(coverage.periods.map(({ state, reason }) => [state, reason])).toEqual([
      ['unknown', 'no_record'],
      ['unknown', 'no_record'],
    ]);
  });

  it('counts a restart as time that was not inspected', () => {
    const after = [11, 12].map((at) => ({ at, inspected: (at - 10) * 60 }));
    expect(one([...steady(10), ...after], 12).periods).toMatchObject([{ state: 'blind', reason: 'restarted' }]);
  });

  it('takes lengths from the monotonic clock when the wall clock steps', () => {
    const stepped = [3, 4, 5].map((at) => ({ at, inspected: at * 600, wrong: 60 * 24 }));
    const back = [6, 7, 8].map((at) => ({ at, inspected: at * 600 }));
    const coverage = one([...steady(2), ...stepped, ...back], 10_000);
    expect(coverage.inspectedMs).toBeLessThanOrEqual(8 * MINUTE);
    expect(coverage.inspectedMs).toBeGreaterThan(0);
  });
});

describe('the state of a camera now', () => {
  const state = (points: readonly Point[], { ageMs = 1000, isOnline = true, newerMs = 0 } = {}) => {
    const own = samples(...points);
    const last = own.at(-1);
    if (last === undefined) throw new Error('no sample');
    const receivedAtMs = last.wallMs;
    const row = { wallMs: last.wallMs, receivedAtMs, body: last.body };
    const newestReceivedAtMs = receivedAtMs + newerMs;
    return inspectionState({ row, samples: own, newestReceivedAtMs, isOnline, nowMs: receivedAtMs + ageMs });
  };
  const lost = { at: 5.5, inspected: 3300, state: 'failed:auth' };

  it('is inspecting while frames are inspected', () => {
    expect(state(steady(5))).toEqual({ state: 'inspecting' });
  });

  it.each([
    ['a camera that refuses its password', [...steady(5), lost], {}, 'not_inspecting', 'camera_auth'],
    ['a model that failed', [...steady(5), { ...lost, state: 'model_failed' }], {}, 'not_inspecting', 'model_failed'],
    ['a stream without frames', [...steady(5), { at: 6, inspected: 3000 }], {}, 'not_inspecting', 'no_frames'],
    [
      'a code that only a newer device has',
      [{ ...lost, state: 'failed:eaten_by_mice' }],
      {},
      'not_inspecting',
      'camera_eaten_by_mice',
    ],
    ['a device that is not connected', steady(5), { isOnline: false }, 'unknown', 'offline'],
    ['counters that are old', steady(5), { ageMs: 200_000 }, 'unknown', 'old_counters'],
    [
      'a camera that has just come back',
      [...steady(5), lost, { at: 5.7, inspected: 3300 }],
      {},
      'starting',
      'camera_auth',
    ],
  ] as const)('has a state and a reason in words for %s', (_what, points, more, expected, reason) => {
    const found = state(points, more);
    expect(found).toMatchObject({ state: expected, reason });
    expect(found.text).toMatch(/^[a-zA-Z:, -]+$/);
  });

  it('is ended when the device goes on reporting its other cameras', () => {
    expect(state(steady(5), { newerMs: 200_000 })).toEqual({ state: 'ended' });
  });
});
