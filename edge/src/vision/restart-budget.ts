import { Backoff } from '@lineside/kit';

const AT_ONCE = 5;
const WINDOW_MS = 60_000;

/**
 * Starts again at once, until there were too many restarts within a minute; then slower and slower. Never slower than
 * this: while it waits, no camera is inspected, whatever one of them or one model does to the process.
 */
export class RestartBudget {
  readonly #backoff: Backoff;
  #restartsMs: number[] = [];

  constructor(random: () => number) {
    this.#backoff = new Backoff({ firstMs: 2_000, maxMs: 10_000, random });
  }

  /** Milliseconds to wait before the restart that is due at `nowMs`. */
  next(nowMs: number): number {
    this.#restartsMs = [...this.#restartsMs.filter((at) => nowMs - at < WINDOW_MS), nowMs];
    if (this.#restartsMs.length > AT_ONCE) return this.#backoff.next();
    this.#backoff.reset();
    return 0;
  }
}
