import { describe, expect, test } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { type LifeSigns, OwnTime, timeSpent } from '../index.ts';

const signs = (atMs: number, ranMs: number, waitedMs: number | undefined, state: LifeSigns['state'] = 'sleeping') =>
  ({ atMs, state, threads: new Map([[1, { ranMs, waitedMs, runnable: state === 'runnable' }]]) }) satisfies LifeSigns;

describe('the time between two readings', () => {
  test('is own time without what a thread waited for a CPU', () => {
    expect(timeSpent(signs(0, 0, 0), signs(1000, 100, 870), 1000)).toMatchObject({ ranMs: 100, ownMs: 130 });
  });

  test('is all own time where the process sleeps, is stopped, or nothing is known', () => {
    expect(timeSpent(signs(0, 5, 9), signs(1000, 5, 9), 1000).ownMs).toBe(1000);
    expect(timeSpent(signs(0, 5, 9), signs(1000, 5, 9, 'stopped'), 1000)).toMatchObject({ ownMs: 1000, stopped: true });
    expect(timeSpent(undefined, signs(1000, 5, 9), 1000)).toMatchObject({ ownMs: 1000, ranMs: 0, stopped: false });
  });

  test('counts the thread that waited longest, and the CPU time of all', () => {
    const before: LifeSigns = { atMs: 0, state: 'sleeping', threads: new Map([[1, { ranMs: 0, waitedMs: 0 }]]) };
    const after: LifeSigns = {
      ...{ atMs: 100, state: 'sleeping' },
      threads: new Map([
        [1, { ranMs: 10, waitedMs: 20 }],
        [2, { ranMs: 5, waitedMs: 60 }],
      ]),
    };
    expect(timeSpent(before, after, 100)).toMatchObject({ ranMs: 15, waitedMs: 60, ownMs: 40 });
  });

  test('is waiting where a runnable thread got no CPU since, although Linux counts that only when it gets one', () => {
    expect(timeSpent(signs(0, 7, 9, 'runnable'), signs(1000, 7, 9, 'runnable'), 1000).ownMs).toBe(0);
    expect(timeSpent(signs(0, 7, 9, 'runnable'), signs(1000, 27, 59, 'runnable'), 1000).ownMs).toBe(20);
    // A wait that began before the first reading and ended at the second.
    expect(timeSpent(signs(0, 7, 9, 'runnable'), signs(1000, 8, 1809), 1000).ownMs).toBe(0);
    // It sleeps at one of the two.
    expect(timeSpent(signs(0, 7, 9), signs(1000, 7, 9, 'runnable'), 1000).ownMs).toBe(1000);
    // It computes.
    expect(timeSpent(signs(0, 7, 9, 'runnable'), signs(1000, 999, 9, 'runnable'), 1000).ownMs).toBe(1000);
  });

  test('is guessed from state and CPU time where the kernel counts no waiting', () => {
    expect(timeSpent(signs(0, 0, undefined, 'runnable'), signs(1000, 90, undefined, 'runnable'), 1000).ownMs).toBe(90);
    expect(timeSpent(signs(0, 0, undefined), signs(1000, 90, undefined), 1000).ownMs).toBe(1000);
    const busy = timeSpent(signs(0, 0, undefined, 'runnable'), signs(1000, 980, undefined, 'runnable'), 1000);
    expect(busy.ownMs).toBe(1000);
  });
});

test('for any readings, own time is between nothing and the time that passed, and sums are those of the steps', () => {
  const below = dice(7);
  for (let run = 0; run < 200; run += 1) {
    const time = new OwnTime(500);
    let [at, ran, waited] = [0, 0, 0];
    time.step(signs(at, ran, waited), at);
    for (let n = 0; n < 20; n += 1) {
      const passed = 1 + below(900);
      at += passed;
      ran += below(passed + 50);
      waited += below(passed + 200);
      const before = { passed: time.passedMs, own: time.ownMs };
      time.step(signs(at, ran, waited), at);
      const step = time.passedMs - before.passed;
      expect(step).toBeGreaterThan(0);
      expect(step).toBeLessThanOrEqual(Math.min(passed, 500) + 1e-6);
      expect(time.ownMs - before.own).toBeGreaterThanOrEqual(-1e-6);
      expect(time.ownMs - before.own).toBeLessThanOrEqual(step + 1e-6);
    }
    expect(time.ranMs).toBe(ran);
    time.restart();
    expect([time.passedMs, time.ownMs, time.ranMs]).toEqual([0, 0, 0]);
  }
});

test('a process that was stopped is known by how long it has been so', () => {
  const time = new OwnTime(500);
  for (const at of [0, 250, 500, 750]) time.step(signs(at, 0, 0, at === 0 ? 'sleeping' : 'stopped'), at);
  expect(time.stoppedMs).toBe(750);
  time.step(signs(1000, 0, 0), 1000);
  expect(time.stoppedMs).toBe(0);
});

test('time in a disk queue counts as a quarter', () => {
  const time = new OwnTime(1000);
  for (const at of [0, 1000]) time.step(signs(at, 0, 0, 'disk'), at);
  expect(time.ownMs).toBe(250);
});
