export interface BackoffOptions {
  readonly firstMs: number;
  readonly maxMs: number;
  /** 0 to 1 from the caller's randomness. */
  readonly random: () => number;
}

/** Exponential back-off with full jitter over the upper half: first try soon, later ones spread. */
export class Backoff {
  readonly #options: BackoffOptions;
  #failures = 0;

  constructor(options: BackoffOptions) {
    this.#options = options;
  }

  /** Milliseconds to wait before the next try; doubles each time. */
  next(): number {
    const { firstMs, maxMs, random } = this.#options;
    const ceiling = Math.min(maxMs, firstMs * 2 ** this.#failures);
    this.#failures += 1;
    return ceiling / 2 + (random() * ceiling) / 2;
  }

  /** After a good spell. */
  reset(): void {
    this.#failures = 0;
  }
}
