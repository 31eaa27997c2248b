import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { BusyProcesses } from '../../../tests/support/busy-processes.ts';
import { FairDeadline, loadText, SupervisedProcess } from '../index.ts';

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));

test('a process that does nothing has its deadline after its own time', async () => {
  await using idle = new SupervisedProcess({ command: 'sleep', args: ['600'] });
  using deadline = new FairDeadline({ pid: idle.pid, ownMs: 200 });
  await aborted(deadline.signal);
  expect(deadline.starved).toBe(false);
});

test('a process that gets little of a CPU has more time, and is then reported as starved', async () => {
  await using stack = new AsyncDisposableStack();
  stack.use(new BusyProcesses(8));
  await using worker = new SupervisedProcess({
    command: 'nice',
    args: ['-n', '19', 'sh', '-c', 'while :; do :; done'],
  });
  const startedMs = performance.now();
  using deadline = new FairDeadline({ pid: worker.pid, ownMs: 1_000, maxMs: 3_000 });
  await aborted(deadline.signal);
  expect(deadline.starved).toBe(true);
  expect(performance.now() - startedMs).toBeGreaterThanOrEqual(3_000);
});

test('a deadline that was disposed of never comes', async () => {
  const deadline = new FairDeadline({ pid: undefined, ownMs: 20 });
  deadline[Symbol.dispose]();
  await sleep(100);
  expect(deadline.signal.aborted).toBe(false);
});

test('the load of the machine is named with its CPUs', () => {
  expect(loadText()).toMatch(/^load \d+\.\d on \d+ CPUs?$/);
});
