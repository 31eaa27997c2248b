/** What happened in the last `spanMs`, in a bounded number of slots. */
export class Recent {
  readonly #slotMs: number;
  readonly #nowMs: () => number;
  readonly #slots: { slot: number; sum: number; worst: number; times: number }[];
  readonly #startedMs: number;

  constructor(spanMs: number, slots: number, nowMs: () => number) {
    this.#slotMs = spanMs / slots;
    this.#nowMs = nowMs;
    this.#startedMs = nowMs();
    this.#slots = Array.from({ length: slots }, () => ({ slot: -1, sum: 0, worst: 0, times: 0 }));
  }

  add(value: number): void {
    const slot = Math.floor(this.#nowMs() / this.#slotMs);
    const index = slot % this.#slots.length;
    const found = this.#slots[index];
    if (found === undefined) return;
    if (found.slot !== slot) Object.assign(found, { slot, sum: 0, worst: 0, times: 0 });
    found.sum += value;
    found.times += 1;
    found.worst = Math.max(found.worst, value);
  }

  /** Sum per second, over the span or the time since the start when that is shorter. */
  get perSecond(): number {
    const spanMs = Math.min(this.#slotMs * this.#slots.length, Math.max(1000, this.#nowMs() - this.#startedMs));
    return this.#total().sum / (spanMs / 1000);
  }

  /** Mean and greatest value; undefined while there was none. */
  get values(): { readonly mean: number; readonly worst: number } | undefined {
    const { sum, times, worst } = this.#total();
    return times === 0 ? undefined : { mean: sum / times, worst };
  }

  #total(): { sum: number; times: number; worst: number } {
    const oldest = Math.floor(this.#nowMs() / this.#slotMs) - this.#slots.length;
    const total = { sum: 0, times: 0, worst: 0 };
    for (const { slot, sum, times, worst } of this.#slots) {
      if (slot <= oldest) continue;
      total.sum += sum;
      total.times += times;
      total.worst = Math.max(total.worst, worst);
    }
    return total;
  }
}
