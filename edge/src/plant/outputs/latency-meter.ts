import { type BucketCounts, BucketCounter, QuantileWindow } from '@lineside/kit';

/** Upper bounds in ms: a reject is late after tens of them, a verdict may take seconds. */
const BOUNDS_MS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000];

/** Milliseconds: quantiles of the latest 512, the largest of all, and the counts of all. */
export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
  readonly buckets: BucketCounts;
}

/** Times of one kind, for people (quantiles) and for Prometheus (buckets, which can be added up). */
export class LatencyMeter {
  readonly #window = new QuantileWindow();
  readonly #counter = new BucketCounter(BOUNDS_MS);
  #max = 0;

  /** Less than nothing is nothing: a timer may fire a little early. */
  add(ms: number): void {
    const value = Math.max(0, ms);
    this.#window.add(value);
    this.#counter.add(value);
    this.#max = Math.max(this.#max, value);
  }

  /** Undefined where nothing was measured yet. */
  get latency(): Latency | undefined {
    const found = this.#window.quantiles([0.5, 0.99]);
    if (found === undefined) return undefined;
    const [p50 = 0, p99 = 0] = found;
    return { p50, p99, max: this.#max, buckets: this.#counter.counts };
  }
}
