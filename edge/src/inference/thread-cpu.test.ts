import { setTimeout as sleep } from 'node:timers/promises';
import { expect, it } from 'vitest';
import { threadCpu } from './thread-cpu.ts';

/** Computes until the kernel has booked `ms` of CPU time; it may book in ticks of up to 10 ms. */
function spin(ms: number): number {
  const before = process.threadCpuUsage();
  for (;;) {
    const { user, system } = process.threadCpuUsage(before);
    if (user + system >= ms * 1000) return ms;
  }
}

it('the CPU time of a thread counts what it computes and not what it waits', async () => {
  const computed = await threadCpu(() => Promise.resolve(spin(40)));
  expect(computed.value).toBe(40);
  expect(computed.cpuMs).toBeGreaterThanOrEqual(40);
  const waited = await threadCpu(() => sleep(400));
  expect(waited.cpuMs).toBeLessThan(200);
});
