import { type LifeSigns, OwnTime } from '@lineside/kit';

/** How often the watch is asked. */
export const LOOP_TICK_MS = 250;
/** A process that is stopped answers nothing until somebody lets it continue. */
const STOPPED_MS = 1_000;
/** A loop that computes needs no longer than this for a turn; only with CPU_MAX_MS is it taken to be blocked. */
const BLOCKED_MS = 3_000;
/** CPU time that no turn of the loop takes. Beside 16 busy processes on two cores the thread gets it in 4 to 5 s. */
const CPU_MAX_MS = 400;
/** A loop that waits for work sends its heartbeat every half second. */
const IDLE_MS = 4_000;
/** Loading the program takes seconds of CPU time on a small machine. */
const START_IDLE_MS = 20_000;
const START_CPU_MS = 20_000;

export type LoopFault = 'stopped' | 'loop_blocked' | 'loop_hung' | 'not_started';

export const LOOP_FAULTS: Readonly<Record<LoopFault, string>> = {
  stopped: 'the process is stopped',
  loop_blocked: 'no heartbeat: its loop computes without end',
  loop_hung: 'no heartbeat: its loop does nothing although a CPU is free',
  not_started: 'it did not start',
};

/**
 * Judges the vision process by its heartbeat and by what its main thread does. The heartbeat comes from the loop that
 * does the work, so its absence alone proves nothing: a thread that waits for a CPU is late and not hung. Pure.
 */
export class LoopWatch {
  readonly #patience: number;
  readonly #time = new OwnTime(2 * LOOP_TICK_MS);
  #greeted = false;
  #heard = false;

  /** `patience` multiplies the limits, after replacements that did not help. */
  constructor(patience: number) {
    this.#patience = patience;
  }

  /** Any message of the process: its loop has made a turn. */
  heard(): void {
    this.#heard = true;
    this.#greeted = true;
  }

  /**
   * Takes a reading of the main thread; undefined where there is none: then time alone decides.
   *
   * A message that was sent before a reading may arrive after it, when this process itself was held up. So each reading
   * is judged one tick later, when the messages have been read.
   */
  tick(signs: LifeSigns | undefined, nowMs: number): LoopFault | undefined {
    if (this.#heard) this.#time.restart();
    const fault = this.#heard ? undefined : this.#fault();
    this.#heard = false;
    this.#time.step(signs, nowMs);
    return fault;
  }

  #fault(): LoopFault | undefined {
    const { stoppedMs, passedMs, ranMs, idleMs } = this.#time;
    const patience = this.#patience;
    if (stoppedMs >= STOPPED_MS) return 'stopped';
    if (!this.#greeted) {
      return idleMs > START_IDLE_MS * patience || ranMs > START_CPU_MS * patience ? 'not_started' : undefined;
    }
    if (passedMs >= BLOCKED_MS * patience && ranMs >= CPU_MAX_MS * patience) return 'loop_blocked';
    return idleMs >= IDLE_MS * patience ? 'loop_hung' : undefined;
  }
}
