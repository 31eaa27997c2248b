import type { Check } from '../check.ts';
import { found, ok } from '../finding.ts';
import type { MachineFiles } from './machine-files.ts';

/** Processes that want a CPU, for each CPU, over five minutes: beyond this the machine does not keep up. */
const TOO_MANY = 2.5;

/** The load of the last five minutes: /proc/loadavg. */
export function loadCheck(files: MachineFiles, cpus: number): Check {
  return {
    name: 'load',
    deadlineMs: 5_000,
    run: async () => {
      const [one, five] = ((await files.text('proc/loadavg')) ?? '').split(' ').map(Number);
      if (one === undefined || five === undefined) return [ok('load', 'this system does not report it')];
      const text = `${five.toFixed(1)} processes want one of ${cpus} CPUs over five minutes, ${one.toFixed(1)} over one`;
      return [five / cpus > TOO_MANY ? found('machine_overloaded', text) : ok('load', text)];
    },
  };
}
