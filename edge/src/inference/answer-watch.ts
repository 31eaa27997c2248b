import { type LifeSigns, OwnTime } from '@lineside/kit';

/** How often the watch is asked. */
export const ANSWER_TICK_MS = 250;
/** An inference that took this many times the CPU time of the slowest one before it does not end. */
const TIMES_TYPICAL = 4;
/** CPU time that no inference is given up for. A thread beside 16 busy processes on two cores gets it in 4 to 5 s. */
const CPU_MIN_MS = 400;

export interface AnswerLimits {
  /** Time without an answer before anything is judged, and the time that the thread may do nothing. */
  readonly deadlineMs: number;
  /** CPU time of the slowest inference before this one; undefined where none is known: then CPU time sets no limit. */
  readonly typicalCpuMs?: number | undefined;
  /** Times these limits, after replacements that did not help. */
  readonly patience: number;
}

/**
 * Judges a session that has not answered yet, by what its thread did. One that waits for a CPU is only late. One that
 * takes much more CPU time than ever before, or does nothing although a CPU is free, does not come to its end.
 */
export class AnswerWatch {
  readonly #limits: AnswerLimits;
  readonly #time = new OwnTime(2 * ANSWER_TICK_MS);
  readonly #pool = new OwnTime(2 * ANSWER_TICK_MS);

  constructor(limits: AnswerLimits) {
    this.#limits = limits;
  }

  /**
   * Takes a reading of the thread; undefined where there is none: then time alone decides. `pool` are all threads that
   * may work for it while it sleeps. Returns what is wrong.
   */
  tick(signs: LifeSigns | undefined, nowMs: number, pool = signs): string | undefined {
    const { deadlineMs, patience } = this.#limits;
    this.#time.step(signs, nowMs);
    this.#pool.step(pool, nowMs);
    const { passedMs, ranMs } = this.#time;
    const { idleMs } = this.#pool;
    if (idleMs >= deadlineMs * patience)
      return `no answer within ${Math.round(idleMs)} ms, in which no CPU was lacking`;
    const cpuLimitMs = this.#cpuLimitMs();
    // A little less than the deadline, because the first tick only takes the first reading.
    if (passedMs < deadlineMs - ANSWER_TICK_MS || ranMs < cpuLimitMs) return undefined;
    return `no answer after ${Math.round(ranMs)} ms of CPU time, and ${Math.round(cpuLimitMs)} ms were enough so far`;
  }

  #cpuLimitMs(): number {
    const { typicalCpuMs, patience } = this.#limits;
    if (typicalCpuMs === undefined) return Number.POSITIVE_INFINITY;
    return Math.max(CPU_MIN_MS, TIMES_TYPICAL * typicalCpuMs) * patience;
  }
}
