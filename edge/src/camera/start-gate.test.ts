import { expect, it } from 'vitest';
import { systemClock } from '@lineside/kit';
import { StartGate } from './start-gate.ts';

const open = new AbortController().signal;
const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

it('as many streams start at once as the limit allows, and the next one when one has started', async () => {
  const gate = new StartGate({ limit: 2, holdMs: 60_000, clock: systemClock });
  const order: number[] = [];
  const leaves: (() => void)[] = [];
  for (let n = 0; n < 5; n += 1) {
    void gate.enter(open).then((leave) => {
      order.push(n);
      leaves.push(leave);
    });
  }
  await turn();
  expect(order).toEqual([0, 1]);
  leaves[0]?.();
  leaves[0]?.();
  await turn();
  expect(order).toEqual([0, 1, 2]);
  leaves[2]?.();
  leaves[1]?.();
  await turn();
  expect(order).toEqual([0, 1, 2, 3, 4]);
});

it('a stream that does not deliver keeps others from starting for a limited time only', async () => {
  const gate = new StartGate({ limit: 1, holdMs: 20, clock: systemClock });
  await gate.enter(open);
  await gate.enter(open);
});

it('one that stops waiting takes no place', async () => {
  const gate = new StartGate({ limit: 1, holdMs: 60_000, clock: systemClock });
  const leave = await gate.enter(open);
  const stop = new AbortController();
  const waiting = gate.enter(stop.signal);
  stop.abort();
  await expect(waiting).rejects.toThrow();
  const third = gate.enter(open);
  leave();
  (await third)();
  (await gate.enter(open))();
});
