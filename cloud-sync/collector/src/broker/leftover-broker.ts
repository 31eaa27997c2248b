import { readFileSync } from 'node:fs';
import { systemCode } from '@lineside/kit';

/** Process id in `file` when it is a Mosquitto that an earlier run started with `config`; undefined otherwise. */
export function leftoverPid(file: string, config: string): number | undefined {
  try {
    const pid = Number(readFileSync(file, 'utf8'));
    return Number.isInteger(pid) && pid > 1 && runsWith(pid, config) ? pid : undefined;
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** True when process `pid` is a Mosquitto that runs with this configuration file. */
export function runsWith(pid: number, config: string): boolean {
  try {
    const [program, ...args] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    return program !== undefined && program.endsWith('mosquitto') && args.includes(config);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
}
