export interface BackoffOptions {
  /** Upper limit of the first wait; it doubles with each further one. */
  readonly firstMs: number;
  /** Upper limit of every wait. */
  readonly maxMs: number;
  /** Upper limit of one additional wait before all others, for what is often available again at once. */
  readonly promptMs?: number;
  /** A number from 0 to 1 at each call. Without it every wait is its upper limit: nothing needs to be spread. */
  readonly random?: () => number;
}

/** Exponential back-off. Each wait is drawn from the upper half of its range, so that many clients do not meet. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait before the next attempt. Counts one failure. */
  next(): number {
    const { maxMs, random } = this.#options;
    const limit = Math.min(maxMs, this.#limitMs(this.#failures));
    this.#failures += 1;
    return limit / 2 + ((random?.() ?? 1) * limit) / 2;
  }

  /** Starts again with the first wait. To be called after a success. */
  reset(): void {
    this.#failures = 0;
  }

  #limitMs(failures: number): number {
    const { firstMs, promptMs } = this.#options;
    if (promptMs === undefined) return firstMs * 2 ** failures;
    return failures === 0 ? promptMs : firstMs * 2 ** (failures - 1);
  }
}
