import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';
import type { MachineFiles } from './machine-files.ts';

const LOW_FRACTION = 0.1;
const EXHAUSTED_BYTES = 150e6;

/** Memory as the kernel counts it: /proc/meminfo and the kills in /proc/vmstat. */
export function memoryCheck(files: MachineFiles): Check {
  return {
    name: 'memory',
    deadlineMs: 5_000,
    run: async () => {
      const [total, available] = await Promise.all([bytesOf(files, 'MemTotal'), bytesOf(files, 'MemAvailable')]);
      if (total === undefined || available === undefined) return [ok('memory', 'this system does not report it')];
      return [memoryFinding(total, available), ...(await kills(files))];
    },
  };
}

function memoryFinding(total: number, available: number): CheckFinding {
  const text = `${gigabytes(available)} of ${gigabytes(total)} GB available`;
  if (available < EXHAUSTED_BYTES) return found('memory_exhausted', text);
  return available < total * LOW_FRACTION ? found('memory_low', text) : ok('memory', text);
}

async function kills(files: MachineFiles): Promise<readonly CheckFinding[]> {
  const count = Number(/^oom_kill (\d+)$/m.exec((await files.text('proc/vmstat')) ?? '')?.[1] ?? 0);
  return count === 0 ? [] : [found('memory_kills', `${count} processes ended for want of memory since the start`)];
}

async function bytesOf(files: MachineFiles, key: string): Promise<number | undefined> {
  const kilobytes = new RegExp(`^${key}: +(\\d+) kB$`, 'm').exec((await files.text('proc/meminfo')) ?? '')?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

function gigabytes(bytes: number): string {
  return (bytes / 1e9).toFixed(1);
}
