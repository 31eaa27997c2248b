import { describe, expect, it } from 'vitest';
import type { InspectionSample } from '../records/index.ts';
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

const steady = (minutes: number): Point[] =>
  Array.from({ length: minutes + 1 }, (_, at) => ({ at, inspected: at * 600 }));

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
