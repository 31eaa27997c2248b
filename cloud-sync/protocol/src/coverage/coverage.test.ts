import { describe, expect, it } from 'vitest';
import { inspectedFraction } from './coverage-json.ts';
import { type Coverage, type CoverageAnswer, coverageOf } from './coverage.ts';
import { coverText } from './coverage-text.ts';
import type { InspectionSample } from './sample.ts';
import type { ShiftPlan } from './shifts.ts';

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
  readonly clock?: InspectionSample['clock'];
  readonly failed?: Record<string, number>;
  readonly skipped?: Record<string, number>;
  readonly camera?: string;
  readonly model?: string;
  /** Number of the record, where records before it are missing. */
  readonly seq?: number;
}

const total = (counts: Record<string, number>): number => Object.values(counts).reduce((a, b) => a + b, 0);

/** Samples as a device writes them: ten frames a second, unless a point gives other counters. */
function samples(...points: readonly Point[]): InspectionSample[] {
  let seq = 0;
  return points.map((point) => {
    const { at, inspected, state = 'streaming', boot = 'boot-1', wrong = 0, failed = {}, skipped = {} } = point;
    seq = point.seq ?? seq + 1;
    return {
      ...{ device: 'line-1', journal: 1, seq, boot, clock: point.clock ?? 'synced' },
      wallMs: START + (at + wrong) * MINUTE,
      monoMs: at * MINUTE,
      body: {
        ...{ camera: point.camera ?? 'belt', model: point.model ?? 'ppe', state },
        counters: { offered: inspected + total(failed) + total(skipped), inspected, skipped, failed },
      },
    };
  });
}

const ALWAYS: ShiftPlan = { timeZone: 'UTC', shifts: [{ name: 'all', startMinute: 0, endMinute: 0 }] };

function answer(points: readonly Point[], minutes: number, stepMinutes = minutes, plan = ALWAYS): CoverageAnswer {
  const toMs = START + minutes * MINUTE;
  const parts = Array.from({ length: Math.ceil(minutes / stepMinutes) }, (_, index) => ({
    fromMs: START + index * stepMinutes * MINUTE,
    toMs: Math.min(toMs, START + (index + 1) * stepMinutes * MINUTE),
  }));
  return coverageOf(samples(...points), { fromMs: START, toMs, parts, plan, nowMs: toMs });
}

function one(points: readonly Point[], minutes: number, stepMinutes = minutes, plan = ALWAYS): Coverage {
  const [coverage, ...others] = answer(points, minutes, stepMinutes, plan).items;
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
    const missing = later.map((point, index) => ({ ...point, seq: 40 + index }));
    const coverage = one([...steady(10), ...missing], 40);
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

  it('is not inspected, because the device was off, where no record is missing and none was written', () => {
    const later = [30, 31, 32].map((at) => ({ at, inspected: (at - 30) * 600, boot: 'boot-2' }));
    expect(one([...steady(10), ...later], 32)).toMatchObject({
      ...{ inspectedMs: 12 * MINUTE, blindMs: 20 * MINUTE, unknownMs: 0 },
      reasons: [{ reason: 'device_off', ms: 20 * MINUTE }],
    });
  });

  it('has nothing to inspect while other cameras are reported and this one is not configured', () => {
    const other = Array.from({ length: 31 }, (_, at) => ({ at, inspected: at * 600, camera: 'roof' }));
    const own = steady(30).filter(({ at }) => at <= 5 || at >= 20);
    const both = [...other, ...own].toSorted((a, b) => a.at - b.at);
    const { items } = answer(both, 30);
    const belt = items.find(({ camera }) => camera === 'belt');
    expect(belt).toMatchObject({ inspectedMs: 15 * MINUTE, blindMs: 0, unknownMs: 0, unscheduledMs: 15 * MINUTE });
    expect(belt?.periods).toMatchObject([{ state: 'unscheduled', reason: 'not_configured' }]);
  });

  it('is not inspected because of overload while every frame is replaced by a newer one', () => {
    const overloaded = [6, 7].map((at) => ({ at, inspected: 3000, skipped: { newer_frame: (at - 5) * 600 } }));
    expect(one([...steady(5), ...overloaded], 7).reasons).toEqual([{ reason: 'overload', ms: 2 * MINUTE }]);
  });

  it('is inspected for five seconds of each result while overload leaves only a few', () => {
    const slow = { at: 6, inspected: 3006, skipped: { newer_frame: 594 } };
    const coverage = one([...steady(5), slow, { at: 7, inspected: 3007, skipped: { newer_frame: 1193 } }], 7);
    expect(coverage.inspectedMs).toBe(5 * MINUTE + 30_000 + 5_000);
    expect(coverage.reasons).toEqual([{ reason: 'overload', ms: 85_000 }]);
  });

  it('is all of the time for a model that inspects a frame every five minutes', () => {
    const seldom = Array.from({ length: 16 }, (_, at) => {
      const inspected = 1 + Math.floor(at / 5);
      return { at, inspected, skipped: { not_due: at * 600 - inspected + 1 } };
    });
    expect(inspectedFraction(one(seldom, 15))).toBe(1);
  });

  it('places times of a clock that was not set yet by the monotonic clock of the same boot', () => {
    const wrong = [0, 1, 2].map((at) => ({ at, inspected: at * 600, wrong: 7, clock: 'unsynced' as const }));
    const right = [3, 4, 5].map((at) => ({ at, inspected: at * 600 }));
    expect(one([...wrong, ...right], 5)).toMatchObject({ inspectedMs: 5 * MINUTE, unknownMs: 0, unsyncedMs: 0 });
  });

  it('is inspected at times that no time server has confirmed, and states so', () => {
    const unsynced = steady(5).map((point) => ({ ...point, clock: 'unsynced' as const }));
    const coverage = one(unsynced, 5);
    expect(coverage).toMatchObject({ inspectedMs: 5 * MINUTE, unsyncedMs: 5 * MINUTE });
    expect(coverText(coverage)).toContain('times of 5 min from a clock that no time server has set');
  });

  it('is unknown where the clock was certainly wrong', () => {
    const suspect = steady(5).map((point) => ({ ...point, clock: 'suspect' as const }));
    expect(one(suspect, 5)).toMatchObject({ inspectedMs: 0, reasons: [{ reason: 'clock_unknown', ms: 5 * MINUTE }] });
  });

  it('counts no time twice when the clock is set back', () => {
    const before = [0, 1, 2, 3, 4].map((at) => ({ at, inspected: at * 600 }));
    const after = [5, 6, 7, 8, 9, 10].map((at) => ({ at, inspected: at * 600, wrong: -3 }));
    const coverage = one([...before, ...after], 10);
    expect(coverage.inspectedMs + coverage.blindMs + coverage.unknownMs + coverage.pendingMs).toBe(10 * MINUTE);
    expect(coverage.inspectedMs).toBeLessThanOrEqual(7 * MINUTE);
  });

  it('has nothing to inspect outside of every shift, unless it was inspected all the same', () => {
    const plan: ShiftPlan = { timeZone: 'UTC', shifts: [{ name: 'Early', startMinute: 130, endMinute: 600 }] };
    const off = steady(20).map((point) =>
      point.at < 5 ? point : { ...point, inspected: 2400, state: 'failed:refused' },
    );
    expect(one(off, 20, 20, plan)).toMatchObject({
      reasons: [
        { reason: 'camera_refused', ms: 10 * MINUTE },
        { reason: 'not_scheduled', ms: 6 * MINUTE },
      ],
    });
  });

  it('of a camera is that of the model that inspects least', () => {
    const good = steady(10).map((point) => ({ ...point, model: 'defect' }));
    const bad = steady(10).map((point) =>
      point.at <= 6 ? point : { ...point, inspected: 3600, state: 'model_failed' },
    );
    const { items, cameras } = answer(
      [...good, ...bad].toSorted((a, b) => a.at - b.at),
      10,
    );
    expect(items.map(({ inspectedMs }) => minutes(inspectedMs))).toEqual([10, 6]);
    expect(cameras).toMatchObject([{ camera: 'belt', model: undefined, blindMs: 4 * MINUTE, framesInspected: 9600 }]);
  });

  it('is a sentence with the fraction, the time that was not inspected, and every reason with its time', () => {
    const lost = [101, 102, 103].map((at) => ({ at, inspected: 60_000, state: 'failed:unreachable' }));
    const slow = [105, 106].map((at) => ({ at, inspected: 60_600, skipped: { newer_frame: (at - 104) * 600 } }));
    const back = { at: 104, inspected: 60_600 };
    expect(coverText(one([...steady(100), ...lost, back, ...slow], 106))).toBe(
      '95.2 % inspected; 5 min not inspected: the camera cannot be reached 3 min, overload: the device was too slow to inspect 2 min',
    );
  });
});
