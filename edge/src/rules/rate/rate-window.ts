/** Fraction of the window that must have been inspected for a rate to mean something. */
const OBSERVED = 0.9;

/** How many products passed in the latest window, and how much of it was inspected. Times in milliseconds. */
export class RateWindow {
  readonly #windowMs: number;
  readonly #maxGapMs: number;
  #passed: number[] = [];
  #steps: { readonly atMs: number; readonly ms: number }[] = [];
  #latestMs: number | undefined;

  constructor(windowMs: number, maxGapMs: number) {
    this.#windowMs = windowMs;
    this.#maxGapMs = maxGapMs;
  }

  /** One inspected frame, and how many products passed at it. */
  add(atMs: number, passed: number): void {
    const sinceMs = this.#latestMs === undefined ? 0 : atMs - this.#latestMs;
    if (sinceMs < 0) this.#reset();
    if (sinceMs > 0 && sinceMs <= this.#maxGapMs) this.#steps.push({ atMs, ms: sinceMs });
    this.#latestMs = atMs;
    for (let k = 0; k < passed; k += 1) this.#passed.push(atMs);
    const fromMs = atMs - this.#windowMs;
    this.#passed = this.#passed.filter((one) => one > fromMs);
    this.#steps = this.#steps.filter((one) => one.atMs > fromMs);
  }

  /** Products a minute of inspected time; undefined while too little of the window was inspected. */
  get perMinute(): number | undefined {
    const observedMs = this.#steps.reduce((sum, { ms }) => sum + ms, 0);
    if (observedMs < OBSERVED * this.#windowMs) return undefined;
    return (this.#passed.length * 60_000) / observedMs;
  }

  #reset(): void {
    this.#passed = [];
    this.#steps = [];
  }
}
