/** Waits between attempts: the first soon, then doubling from `firstMs` to `maxMs`, spread over the upper half. */
export class ReconnectDelay {
  readonly #firstMs: number;
  readonly #maxMs: number;
  readonly #random: () => number;
  #failures = 0;

  constructor(options: { firstMs: number; maxMs: number; random: () => number }) {
    this.#firstMs = options.firstMs;
    this.#maxMs = options.maxMs;
    this.#random = options.random;
  }

  /** Milliseconds before the next attempt. */
  next(): number {
    // A broker that was just restarted is back at once: the first try comes after a tenth.
    const ceiling = this.#failures === 0 ? this.#firstMs / 10 : this.#firstMs * 2 ** (this.#failures - 1);
    this.#failures += 1;
    const bounded = Math.min(ceiling, this.#maxMs);
    return bounded / 2 + (this.#random() * bounded) / 2;
  }

  /** After something went well. */
  reset(): void {
    this.#failures = 0;
  }
}
