import { afterEach, expect, test } from 'vitest';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { currentThread, readLifeSigns, SupervisedProcess, timeSpent } from '../index.ts';

const children: SupervisedProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) await child.kill();
});

function node(text: string): SupervisedProcess {
  const child = new SupervisedProcess({ command: process.execPath, args: ['-e', text], stdout: 'pipe' });
  children.push(child);
  return child;
}

const pidOf = ({ pid }: SupervisedProcess): number => pid ?? 0;
const read = (pid: number, thread?: number) =>
  readLifeSigns({ pid, ...(thread !== undefined && { thread }) }, performance.now());

test('a process that computes uses CPU or waits for it, a stopped one does neither', async () => {
  const child = node('for (;;);');
  const pid = pidOf(child);
  const before = await waitFor('the process to run', () => {
    const now = read(pid, pid);
    return (now?.threads.get(pid)?.ranMs ?? 0) > 100 ? now : undefined;
  });
  await waitFor('it to compute on', () => {
    const { ranMs } = timeSpent(before, read(pid, pid), performance.now() - before.atMs);
    return ranMs > 50;
  });
  expect(read(pid, pid)?.state).toBe('runnable');
  child.signal('SIGSTOP');
  await waitFor('it to be stopped', () => read(pid)?.state === 'stopped');
  // The state is written before the thread leaves the CPU, and its last microseconds are counted after that.
  await new Promise((resolve) => setTimeout(resolve, 100));
  const stopped = read(pid);
  await new Promise((resolve) => setTimeout(resolve, 200));
  expect(timeSpent(stopped, read(pid), 200)).toMatchObject({ stopped: true, ranMs: 0 });
});

test('a thread that reads about itself is not taken to wait, although it runs at each reading', async () => {
  const thread = currentThread() ?? 0;
  const before = read(process.pid, thread);
  await new Promise((resolve) => setTimeout(resolve, 400));
  const after = read(process.pid, thread);
  expect(after?.threads.get(thread)?.runnable).toBeUndefined();
  const counted = (after?.threads.get(thread)?.waitedMs ?? 0) - (before?.threads.get(thread)?.waitedMs ?? 0);
  expect(timeSpent(before, after, 400).waitedMs).toBeCloseTo(counted, 3);
});

test('a process that sleeps neither runs nor waits for a CPU', async () => {
  const child = node('console.log("up"); setInterval(() => {}, 60_000)');
  await waitFor('it to be up', () => child.stdout.includes('up'));
  await waitFor('it to sleep', async () => {
    const before = read(pidOf(child));
    await new Promise((resolve) => setTimeout(resolve, 300));
    const { ranMs, ownMs } = timeSpent(before, read(pidOf(child)), 300);
    return ranMs < 20 && ownMs > 250;
  });
});

test('the time of what a process has started is read with it', async () => {
  const child = new SupervisedProcess({
    command: 'sh',
    args: ['-c', `"${process.execPath}" -e 'for (;;);' & echo up; wait`],
    stdout: 'pipe',
  });
  children.push(child);
  const pid = pidOf(child);
  const ran = (descendants: boolean): number => {
    const threads = readLifeSigns({ pid, descendants }, 0)?.threads.values() ?? [];
    return [...threads].reduce((sum, { ranMs }) => sum + ranMs, 0);
  };
  await waitFor('the child of the child to compute', () => ran(true) > 200);
  expect(ran(false)).toBeLessThan(200);
});

test('a process that has ended has no signs of life', async () => {
  const child = node('');
  await child.exited;
  expect(read(pidOf(child))).toBeUndefined();
});

test('the calling thread is a thread of this process', () => {
  expect(read(process.pid)?.threads.has(currentThread() ?? -1)).toBe(true);
});
