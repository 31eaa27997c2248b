import { describe, expect, it } from 'vitest';
import type { LifeSigns } from '@lineside/kit';
import { StallWatch, stallLimitMs, WATCH_TICK_MS } from './stall-watch.ts';

/** Ticks from `fromMs` on until the watch gives up; how long that took, or undefined within a minute. */
function givesUpAfter(watch: StallWatch, fromMs = 0): number | undefined {
  for (let nowMs = fromMs; nowMs < fromMs + 60_000; nowMs += WATCH_TICK_MS)
    if (watch.tick(nowMs)) return nowMs - fromMs;
  return undefined;
}

function limited(limitMs: number, graceMs: number): StallWatch {
  const watch = new StallWatch(graceMs);
  watch.limit(limitMs);
  return watch;
}

describe('the watch for stalls', () => {
  it('waits three frames, and two seconds at least', () => {
    expect([25, 5, 1, 0.5].map((fps) => stallLimitMs(fps))).toEqual([2_000, 2_000, 3_000, 6_000]);
  });

  it('measures a slow source by its own rate', () => {
    expect([stallLimitMs(5, 0.2), stallLimitMs(5, 90_000)]).toEqual([15_000, 2_000]);
  });

  it('gives a new stream its grace, and a running one only the limit', () => {
    expect(givesUpAfter(limited(2_000, 10_000))).toBe(10_000 + WATCH_TICK_MS);
    const running = limited(2_000, 10_000);
    running.tick(0);
    running.alive();
    expect(givesUpAfter(running)).toBe(2_000 + WATCH_TICK_MS);
  });

  it('does not hold its own absence against the stream', () => {
    const watch = limited(2_000, 2_000);
    watch.tick(0);
    watch.alive();
    expect(watch.tick(60_000)).toBe(false);
  });

  it('does not end the grace while the reader makes the stream wait', () => {
    const watch = limited(2_000, 10_000);
    watch.tick(0);
    watch.excuse();
    expect(givesUpAfter(watch)).toBe(10_000 + WATCH_TICK_MS);
  });

  /** As `givesUpAfter`, for a running stream whose child, and this process, live so per ms. */
  const withReadings = (
    child: { readonly ran?: number; readonly waited?: number; readonly state?: LifeSigns['state'] },
    reader: { readonly ran: number; readonly waited: number } = { ran: 0.1, waited: 0 },
  ): number | undefined => {
    const watch = limited(2_000, 10_000);
    watch.alive();
    const signs = (at: number, ran = 0, waited = 0, state: LifeSigns['state'] = 'sleeping'): LifeSigns => {
      return { atMs: at, state, threads: new Map([[1, { ranMs: ran * at, waitedMs: waited * at }]]) };
    };
    for (let at = 0; at < 120_000; at += WATCH_TICK_MS) {
      if (watch.tick(at, signs(at, child.ran, child.waited, child.state), signs(at, reader.ran, reader.waited)))
        return at;
    }
    return undefined;
  };

  it('gives up a child that is stopped within two seconds, on a busy device too', () => {
    expect(withReadings({ state: 'stopped' })).toBeLessThanOrEqual(2_000);
    expect(withReadings({ state: 'stopped' }, { ran: 0.1, waited: 0.9 })).toBeLessThanOrEqual(2_000);
  });

  it('does not give up a child that waits for a CPU', () => {
    expect(withReadings({ ran: 0.01, waited: 0.99 })).toBeUndefined();
  });

  it('gives up a child that sleeps, on a busy device within ten seconds', () => {
    expect(withReadings({})).toBeLessThanOrEqual(2_500);
    expect(withReadings({}, { ran: 0.1, waited: 0.9 })).toBeLessThanOrEqual(10_000);
  });

  it('gives a child that computes three times as long', () => {
    expect(withReadings({ ran: 1 })).toBeGreaterThan(5_500);
    expect(withReadings({ ran: 1 })).toBeLessThan(7_000);
  });
});
