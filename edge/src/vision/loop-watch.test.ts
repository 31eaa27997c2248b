import { describe, expect, it } from 'vitest';
import type { LifeSigns } from '@lineside/kit';
import { dice } from '../../../tests/support/dice.ts';
import { LOOP_TICK_MS, type LoopFault, LoopWatch } from './loop-watch.ts';

interface Life {
  /** CPU time and waiting for a CPU, per ms. */
  readonly ran?: number;
  readonly waited?: number;
  readonly state?: LifeSigns['state'];
  /** Ms between two heartbeats. */
  readonly everyMs?: number;
  readonly unread?: boolean;
}

/** The first fault of a process that is well for 5 s and then lives so, and how long after that it is found. */
function faultOf(life: Life, { patience = 1, forMs = 120_000, greeted = true } = {}) {
  const watch = new LoopWatch(patience);
  const beginMs = greeted ? 5_000 : 0;
  let [ranMs, waitedMs] = [0, 0];
  for (let at = 0; at <= beginMs + forMs; at += LOOP_TICK_MS) {
    const now: Life = at <= beginMs ? { everyMs: 500 } : life;
    ranMs += (now.ran ?? 0) * LOOP_TICK_MS;
    waitedMs += (now.waited ?? 0) * LOOP_TICK_MS;
    if (greeted && now.everyMs !== undefined && at % now.everyMs < LOOP_TICK_MS) watch.heard();
    const signs: LifeSigns = { atMs: at, state: now.state ?? 'sleeping', threads: new Map([[1, { ranMs, waitedMs }]]) };
    const fault = watch.tick(life.unread === true ? undefined : signs, at);
    if (fault !== undefined) return { fault, afterMs: at - beginMs };
  }
  return undefined;
}

const within = (life: Life, fault: LoopFault, limitMs: number): void => {
  const found = faultOf(life);
  expect(found?.fault).toBe(fault);
  expect(found?.afterMs).toBeLessThanOrEqual(limitMs);
};

describe('a vision process without a heartbeat', () => {
  it('is replaced within 2 s when it is stopped', () => within({ state: 'stopped' }, 'stopped', 2_000));

  it('is replaced within 4 s when its loop computes without end', () => within({ ran: 1 }, 'loop_blocked', 4_000));

  it('is replaced within 6 s when its loop computes without end beside 16 busy processes', () =>
    within({ ran: 0.09, waited: 0.91 }, 'loop_blocked', 6_000));

  it('is replaced within 5 s when its loop sleeps', () => within({}, 'loop_hung', 5_000));

  it('is replaced within 5 s when nothing can be read about it', () => within({ unread: true }, 'loop_hung', 5_000));

  it('is left alone while it waits for a CPU', () => {
    expect(faultOf({ ran: 0.002, waited: 0.998 })).toBeUndefined();
  });

  it('gets longer after replacements that did not help, unless it is stopped', () => {
    expect(faultOf({}, { patience: 4 })?.afterMs).toBeGreaterThan(15_000);
    expect(faultOf({ state: 'stopped' }, { patience: 4 })?.afterMs).toBeLessThanOrEqual(2_000);
  });

  it('gets 20 s of its own time to start', () => {
    expect(faultOf({ ran: 0.1, waited: 0.9 }, { greeted: false })).toBeUndefined();
    expect(faultOf({}, { greeted: false })).toMatchObject({ fault: 'not_started' });
    expect(faultOf({}, { greeted: false })?.afterMs).toBeGreaterThan(20_000);
  });
});

it('for any load, a process whose loop turns within 400 ms of CPU time is never replaced', () => {
  const below = dice(3);
  for (let run = 0; run < 300; run += 1) {
    const ran = below(1000) / 1000;
    const waited = 1 - ran;
    // A turn takes at most 250 ms of CPU time, and so much longer by the clock as it waits.
    const everyMs = Math.min(60_000, Math.max(500, (below(250) + 1) / Math.max(ran, 1e-3)));
    expect(faultOf({ ran, waited, everyMs })).toBeUndefined();
  }
});

it('a message that waited while the main process was held up counts before the silence is judged', () => {
  const watch = new LoopWatch(1);
  watch.heard();
  const signs = (at: number): LifeSigns => ({ atMs: at, state: 'sleeping', threads: new Map() });
  for (const at of [0, 250, 500]) expect(watch.tick(signs(at), at)).toBeUndefined();
  // Held up for a minute; the tick comes before the messages are read.
  expect(watch.tick(signs(60_500), 60_500)).toBeUndefined();
  watch.heard();
  expect(watch.tick(signs(60_750), 60_750)).toBeUndefined();
});
