const WINDOW_MS = 5 * 60_000;
/** A rate over less time would jump with each product. */
const LEAST_MS = 30_000;

/** Products a minute over the latest five minutes, out of a sum that is read about every second. */
export class RateMeter {
  #samples: { readonly atMs: number; readonly sum: number }[] = [];
  #sum = 0;

  /** `count` more were counted up to `atMs`, monotonic; negative where some were taken back. */
  add(atMs: number, count: number): void {
    this.#sum += count;
    this.#samples.push({ atMs, sum: this.#sum });
    const firstIn = this.#samples.findIndex((sample) => atMs - sample.atMs <= WINDOW_MS);
    if (firstIn > 0) this.#samples = this.#samples.slice(firstIn);
  }

  /** Undefined until it was measured for half a minute. */
  get perMinute(): number | undefined {
    const [first, last] = [this.#samples[0], this.#samples.at(-1)];
    if (first === undefined || last === undefined || last.atMs - first.atMs < LEAST_MS) return undefined;
    return Math.max(0, ((last.sum - first.sum) * 60_000) / (last.atMs - first.atMs));
  }
}
