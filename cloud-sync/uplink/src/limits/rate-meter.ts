const BUCKET_MS = 1_000;
const BUCKETS = 30;

/** How many per second, over the last half minute. */
export class RateMeter {
  readonly #counts = new Array<number>(BUCKETS).fill(0);
  #bucket = Number.NEGATIVE_INFINITY;
  #startedMs: number | undefined;

  add(count: number, nowMs: number): void {
    this.#startedMs ??= nowMs;
    this.#advance(nowMs);
    const at = this.#bucket % BUCKETS;
    this.#counts[at] = (this.#counts[at] ?? 0) + count;
  }

  perSecond(nowMs: number): number {
    if (this.#startedMs === undefined) return 0;
    this.#advance(nowMs);
    const seconds = Math.min(BUCKETS, Math.max(1, (nowMs - this.#startedMs) / 1000));
    return this.#counts.reduce((sum, count) => sum + count, 0) / seconds;
  }

  #advance(nowMs: number): void {
    const bucket = Math.floor(nowMs / BUCKET_MS);
    const from = Math.max(this.#bucket + 1, bucket - BUCKETS + 1);
    for (let passed = from; passed <= bucket; passed += 1) this.#counts[passed % BUCKETS] = 0;
    this.#bucket = Math.max(this.#bucket, bucket);
  }
}
