/** The latest `capacity` values and their quantiles (p50, p95, p99). */
export class QuantileWindow {
  readonly #values: Float64Array;
  #next = 0;
  #filled = 0;

  constructor(capacity = 512) {
    this.#values = new Float64Array(capacity);
  }

  add(value: number): void {
    this.#values[this.#next] = value;
    this.#next = (this.#next + 1) % this.#values.length;
    this.#filled = Math.min(this.#filled + 1, this.#values.length);
  }

  get count(): number {
    return this.#filled;
  }

  /** Nearest-rank quantiles of the window, in the order of `ranks` (0 to 1); undefined while it is empty. */
  quantiles(ranks: readonly number[]): readonly number[] | undefined {
    if (this.#filled === 0) return undefined;
    const sorted = this.#values.slice(0, this.#filled).sort();
    return ranks.map((rank) => sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)] ?? 0);
  }
}
