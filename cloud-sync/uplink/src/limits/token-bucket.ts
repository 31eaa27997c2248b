/** Limits bytes per second on average. One message may overdraw the bucket; the sender then waits. */
export class TokenBucket {
  readonly #bytesPerS: number;
  #balance: number;
  #atMs: number;

  /** `Infinity` for no limit. */
  constructor(bytesPerS: number, nowMs: number) {
    this.#bytesPerS = bytesPerS;
    this.#balance = Number.isFinite(bytesPerS) ? bytesPerS / 4 : 0;
    this.#atMs = nowMs;
  }

  spend(bytes: number, nowMs: number): void {
    this.#refill(nowMs);
    if (Number.isFinite(this.#bytesPerS)) this.#balance -= bytes;
  }

  /** Milliseconds to wait before more may be sent; 0 for none. */
  waitMs(nowMs: number): number {
    this.#refill(nowMs);
    return this.#balance >= 0 ? 0 : Math.ceil((-this.#balance / this.#bytesPerS) * 1000);
  }

  /** Milliseconds that so many bytes take. */
  msFor(bytes: number): number {
    return Number.isFinite(this.#bytesPerS) ? (bytes / this.#bytesPerS) * 1000 : 0;
  }

  #refill(nowMs: number): void {
    if (!Number.isFinite(this.#bytesPerS)) return;
    // A quarter of a second may be saved up: more would be a burst, which the limit is there to prevent.
    const earned = ((nowMs - this.#atMs) / 1000) * this.#bytesPerS;
    this.#balance = Math.min(this.#bytesPerS / 4, this.#balance + earned);
    this.#atMs = nowMs;
  }
}
