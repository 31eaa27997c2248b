import { type LifeSigns, timeSpent, type TimeSpent } from './life-signs.ts';

/** Part of the time in a disk's queue that counts: a disk that is slow is no reason, one that never answers is. */
const DISK_FRACTION = 0.25;

/** Adds up what a process did since some instant, reading by reading. Pure: time and readings are given to it. */
export class OwnTime {
  readonly #maxStepMs: number;
  #last: { readonly nowMs: number; readonly signs: LifeSigns | undefined } | undefined;
  #newest: TimeSpent | undefined;
  #passedMs = 0;
  #ownMs = 0;
  #ranMs = 0;
  #stoppedMs = 0;

  /** A step between two readings counts as at most `maxStepMs`: more means that the reader itself was held up. */
  constructor(maxStepMs: number) {
    this.#maxStepMs = maxStepMs;
  }

  /** Wall time since the last `restart`. */
  get passedMs(): number {
    return this.#passedMs;
  }

  /** Time in which it did not wait for a CPU: it ran, slept or was stopped. */
  get ownMs(): number {
    return this.#ownMs;
  }

  /** CPU time of all its threads. */
  get ranMs(): number {
    return this.#ranMs;
  }

  /** Time in which it did nothing although a CPU was free for it. */
  get idleMs(): number {
    return Math.max(0, this.#ownMs - this.#ranMs);
  }

  /** How long it has been stopped without a break. */
  get stoppedMs(): number {
    return this.#stoppedMs;
  }

  /** What the newest step was. */
  get newest(): TimeSpent | undefined {
    return this.#newest;
  }

  /** Takes a reading; undefined where there is none, then all time counts as own time. */
  step(signs: LifeSigns | undefined, nowMs: number): void {
    const last = this.#last;
    this.#last = { nowMs, signs };
    if (last === undefined) return;
    const spent = timeSpent(last.signs, signs, nowMs - last.nowMs);
    this.#newest = spent;
    const part = spent.passedMs > this.#maxStepMs ? this.#maxStepMs / spent.passedMs : 1;
    this.#passedMs += spent.passedMs * part;
    this.#ownMs += spent.ownMs * part * (spent.disk ? DISK_FRACTION : 1);
    this.#ranMs += spent.ranMs;
    this.#stoppedMs = spent.stopped ? this.#stoppedMs + spent.passedMs * part : 0;
  }

  /** Counts from the newest reading on. */
  restart(): void {
    this.#passedMs = 0;
    this.#ownMs = 0;
    this.#ranMs = 0;
    this.#stoppedMs = 0;
    this.#newest = undefined;
  }
}
