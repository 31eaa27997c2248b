import { readFileSync } from 'node:fs';

/** Linux counts processes' time in hundredths of a second on every machine that Lineside runs on (USER_HZ). */
const TICKS_PER_SECOND = 100;

/** CPU time of a process with all its threads, in seconds, since it started. Throws when the process is gone. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The second field is the program's name in brackets, which may hold anything; utime and stime are 14 and 15.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / TICKS_PER_SECOND;
}

/** Resident memory of a process in MiB, shared libraries included. Throws when the process is gone. */
export function residentMib(pid: number): number {
  const found = /^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1];
  if (found === undefined) throw new Error(`process ${pid} has no memory any more`);
  return Number(found) / 1024;
}

/** Pids that `pid` has started and that still run. */
export function childrenOf(pid: number): number[] {
  return readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').split(' ').filter(Boolean).map(Number);
}

/** CPU of groups of processes over one stretch of time. */
export class CpuStretch<Group extends string> {
  readonly #groups: Readonly<Record<Group, readonly number[]>>;
  readonly #before: ReadonlyMap<number, number>;
  readonly #startedMs = performance.now();

  constructor(groups: Readonly<Record<Group, readonly number[]>>) {
    this.#groups = groups;
    this.#before = new Map(this.#pids().map((pid) => [pid, cpuSeconds(pid)]));
  }

  /** Cores that `group` kept busy since the beginning, and how long that was. 1 is one core without a pause. */
  cores(group: Group): number {
    const seconds = (performance.now() - this.#startedMs) / 1000;
    const used = this.#groups[group].map((pid) => cpuSeconds(pid) - (this.#before.get(pid) ?? 0));
    return used.reduce((sum, one) => sum + one, 0) / seconds;
  }

  #pids(): readonly number[] {
    return Object.values<readonly number[]>(this.#groups).flat();
  }
}
