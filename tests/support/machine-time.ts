import { readFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';

/** How often a wait may exceed its time on a busy machine, at most: a wait of 15 s ends after 5 minutes at the latest. */
const MOST_PATIENCE = 20;

/**
 * The time that a process had on this machine, in milliseconds: the wall time, divided by the number of processes that
 * compete for each processor. A wait that is bounded by it fails for what does not happen, not for a machine that is
 * busy with something else. `running` and `nowMs` are arguments so that a test needs no busy machine.
 */
export class MachineTime {
  readonly #running: () => number;
  readonly #nowMs: () => number;
  readonly #cores: number;
  #lastMs: number;
  #spentMs = 0;

  constructor(
    running: () => number = runnable,
    nowMs: () => number = () => performance.now(),
    cores: number = availableParallelism(),
  ) {
    this.#running = running;
    this.#nowMs = nowMs;
    this.#cores = cores;
    this.#lastMs = nowMs();
  }

  /** Milliseconds since the start, as an undisturbed machine would have counted them. Call it often: it samples. */
  spentMs(): number {
    const now = this.#nowMs();
    const crowd = Math.min(MOST_PATIENCE, Math.max(1, this.#running() / this.#cores));
    this.#spentMs += (now - this.#lastMs) / crowd;
    this.#lastMs = now;
    return this.#spentMs;
  }
}

/** Tasks that run or wait for a processor now (proc(5), /proc/loadavg, fourth field); 1 where the system does not say. */
function runnable(): number {
  try {
    return Number(/ (\d+)\/\d+ /.exec(readFileSync('/proc/loadavg', 'utf8'))?.[1] ?? 1);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return 1;
    throw error;
  }
}
