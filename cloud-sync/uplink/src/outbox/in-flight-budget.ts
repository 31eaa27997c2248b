export interface BudgetOptions {
  /** Upper limit of records in flight. */
  readonly most: number;
  /** Of one batch. */
  readonly batch: number;
  /** Milliseconds that a batch should take from being sent to being confirmed. */
  readonly targetMs: number;
}

const LEAST = 20;
const FIRST_BATCHES = 2;
const SHRINK = 0.7;
/** A budget is spread over so many batches, so that the connection is never idle while one is being committed. */
const SPREAD = 4;

/**
 * How many records may be in flight: as many as are confirmed within `targetMs`. It grows while acks come soon and
 * shrinks when they come late, so that a slow connection never holds seconds of backlog before a fresh event.
 */
export class InFlightBudget {
  readonly #options: BudgetOptions;
  #records: number;
  #shrunkAtMs = Number.NEGATIVE_INFINITY;

  constructor(options: BudgetOptions) {
    this.#options = options;
    this.#records = FIRST_BATCHES * options.batch;
  }

  get records(): number {
    return Math.floor(this.#records);
  }

  /** Records of the next batch. */
  get batch(): number {
    return Math.max(LEAST / SPREAD, Math.min(this.#options.batch, Math.ceil(this.#records / SPREAD)));
  }

  /** `records` sent at `sentMs` are confirmed now; `full`: only the budget held more back. */
  confirmed(records: number, sentMs: number, nowMs: number, full: boolean): void {
    const tookMs = nowMs - sentMs;
    const { targetMs, most } = this.#options;
    if (tookMs > 1.5 * targetMs) {
      // Once per round trip: what was sent before the last step does not show its effect.
      if (sentMs < this.#shrunkAtMs) return;
      this.#shrunkAtMs = nowMs;
      this.#records = Math.max(LEAST, this.#records * SHRINK);
    } else if (full && tookMs < targetMs) this.#records = Math.min(most, this.#records + records);
  }

  /** Nothing was confirmed at all. */
  lost(nowMs: number): void {
    this.#shrunkAtMs = nowMs;
    this.#records = Math.max(LEAST, this.#records / 2);
  }
}
