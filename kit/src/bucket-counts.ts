/** Counts of values by upper bound, as a Prometheus histogram has them; they only rise. */
export interface BucketCounts {
  /** Each bound with the number of values up to it, lowest first; `count` holds those above the last as well. */
  readonly buckets: readonly { readonly upTo: number; readonly count: number }[];
  readonly sum: number;
  readonly count: number;
}

/** Counts values into buckets, cumulatively. Unlike quantiles, the counts of many devices can be added. */
export class BucketCounter {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  /** `bounds`: upper bounds in rising order. */
  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = bounds.map(() => 0);
  }

  add(value: number): void {
    this.#sum += value;
    this.#count += 1;
    for (const [i, bound] of this.#bounds.entries()) if (value <= bound) this.#counts[i] = (this.#counts[i] ?? 0) + 1;
  }

  get counts(): BucketCounts {
    const buckets = this.#bounds.map((upTo, i) => ({ upTo, count: this.#counts[i] ?? 0 }));
    return { buckets, sum: this.#sum, count: this.#count };
  }
}
