export interface RateMeterOptions {
  /** Time over which the rate is measured. */
  readonly spanMs: number;
  /** Parts of the span; what is older than the span is forgotten part by part. */
  readonly slots: number;
  /** Monotonic milliseconds. */
  readonly nowMs: () => number;
}

/** Rate, mean and maximum of the values of the last `spanMs`, in bounded memory. */
export class RateMeter {
  readonly #slotMs: number;
  readonly #nowMs: () => number;
  readonly #slots: { slot: number; sum: number; max: number; count: number }[];
  #startedMs: number | undefined;

  constructor({ spanMs, slots, nowMs }: RateMeterOptions) {
    this.#slotMs = spanMs / slots;
    this.#nowMs = nowMs;
    this.#slots = Array.from({ length: slots }, () => ({ slot: -1, sum: 0, max: 0, count: 0 }));
  }

  add(value: number): void {
    const now = this.#nowMs();
    this.#startedMs ??= now;
    const slot = Math.floor(now / this.#slotMs);
    const entry = this.#slots[slot % this.#slots.length];
    if (entry === undefined) return;
    if (entry.slot !== slot) Object.assign(entry, { slot, sum: 0, max: 0, count: 0 });
    entry.sum += value;
    entry.count += 1;
    entry.max = Math.max(entry.max, value);
  }

  /** Sum per second, over the span or over the time since the first value when that is shorter. */
  get perSecond(): number {
    if (this.#startedMs === undefined) return 0;
    const sinceStartMs = Math.max(1000, this.#nowMs() - this.#startedMs);
    return this.#total().sum / (Math.min(this.#slotMs * this.#slots.length, sinceStartMs) / 1000);
  }

  /** Mean and maximum of the values; undefined when there was none in the span. */
  get values(): { readonly mean: number; readonly max: number } | undefined {
    const { sum, count, max } = this.#total();
    return count === 0 ? undefined : { mean: sum / count, max };
  }

  #total(): { sum: number; max: number; count: number } {
    const expired = Math.floor(this.#nowMs() / this.#slotMs) - this.#slots.length;
    const total = { sum: 0, max: 0, count: 0 };
    for (const { slot, sum, count, max } of this.#slots) {
      if (slot <= expired) continue;
      total.sum += sum;
      total.count += count;
      total.max = Math.max(total.max, max);
    }
    return total;
  }
}
