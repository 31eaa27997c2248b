import { describe, expect, it } from 'vitest';
import { StallWatch, stallLimitMs, WATCH_TICK_MS } from './stall-watch.ts';

/** Ticks from `fromMs` on until the watch gives up; how long that took, or undefined within a minute. */
function givesUpAfter(watch: StallWatch, fromMs = 0): number | undefined {
  for (let nowMs = fromMs; nowMs < fromMs + 60_000; nowMs += WATCH_TICK_MS)
    if (watch.tick(nowMs)) return nowMs - fromMs;
  return undefined;
}

describe('the watch for stalls', () => {
  it('waits three frames, and two seconds at least', () => {
    expect([25, 5, 1, 0.5].map(stallLimitMs)).toEqual([2_000, 2_000, 3_000, 6_000]);
  });

  it('gives a new stream its grace, and a running one only the limit', () => {
    expect(givesUpAfter(new StallWatch(2_000, 10_000))).toBe(10_000 + WATCH_TICK_MS);
    const running = new StallWatch(2_000, 10_000);
    running.tick(0);
    running.alive();
    expect(givesUpAfter(running)).toBe(2_000 + WATCH_TICK_MS);
  });

  it('does not hold its own absence against the stream', () => {
    const watch = new StallWatch(2_000, 2_000);
    watch.tick(0);
    watch.alive();
    expect(watch.tick(60_000)).toBe(false);
  });

  it('does not end the grace while the reader makes the stream wait', () => {
    const watch = new StallWatch(2_000, 10_000);
    watch.tick(0);
    watch.excuse();
    expect(givesUpAfter(watch)).toBe(10_000 + WATCH_TICK_MS);
  });
});
