import { availableParallelism, hostname, loadavg } from 'node:os';
import { OwnTime } from './own-time.ts';
import { readLifeSigns } from './read-life-signs.ts';

const STEP_MS = 250;
/** However busy the machine is, nobody waits longer than so many times the deadline. */
const PATIENCE = 8;

export interface FairDeadlineOptions {
  /** The process that must answer, with all that it has started; undefined where it did not start. */
  readonly pid: number | undefined;
  /** Its own time until the deadline: time in which it waits for a CPU does not count. */
  readonly ownMs: number;
  /** In every case the deadline comes after this; eight times `ownMs` where left out. */
  readonly maxMs?: number;
}

/**
 * A deadline that a busy machine does not shorten: it counts the own time of a process. What is slow because others take
 * the CPU is then not taken for something that does not answer. Ends with its scope.
 */
export class FairDeadline implements Disposable {
  readonly #stop = new AbortController();
  readonly #timer: NodeJS.Timeout;
  #starved = false;

  constructor({ pid, ownMs, maxMs = PATIENCE * ownMs }: FairDeadlineOptions) {
    const own = new OwnTime(2 * STEP_MS);
    const startedMs = performance.now();
    const step = (): void => {
      const now = performance.now();
      own.step(pid === undefined ? undefined : readLifeSigns({ pid, descendants: true }, now), now);
      this.#starved = own.ownMs < ownMs;
      if (!this.#starved || now - startedMs >= maxMs) this.#stop.abort(new DOMException('no answer', 'TimeoutError'));
    };
    step();
    this.#timer = setInterval(step, Math.min(STEP_MS, ownMs / 4)).unref();
  }

  /** Aborts when time is up. */
  get signal(): AbortSignal {
    return this.#stop.signal;
  }

  /** True when time is up although the process had less time of its own than it should have. */
  get starved(): boolean {
    return this.signal.aborted && this.#starved;
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

/** How busy the machine is, in words: `load 14.2 on 2 CPUs`. */
export function loadText(): string {
  const [minute = 0] = loadavg();
  const cpus = availableParallelism();
  return `load ${minute.toFixed(1)} on ${cpus} ${cpus === 1 ? 'CPU' : 'CPUs'}`;
}

/** The name of this machine, without its domain. */
export function machineName(): string {
  return hostname().replace(/\..*$/, '');
}

/** True while more programs want to run than there are CPUs. */
export function isMachineBusy(): boolean {
  return (loadavg()[0] ?? 0) > availableParallelism();
}
