/** Wrong attempts that may come at once, and after how long one more is allowed. */
const BURST = 10;
const ONE_MORE_MS = 6000;
/** Most senders that are remembered; a sender that was forgotten starts anew. */
const MAX_SENDERS = 10_000;

interface Attempts {
  left: number;
  atMs: number;
}

/** Limits wrong passwords and tokens: ten at once by each sender, then ten a minute. */
export class AttemptLimit {
  readonly #nowMs: () => number;
  readonly #senders = new Map<string, Attempts>();

  /** `nowMs`: a monotonic clock. */
  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
  }

  /** Seconds until the sender may try again; 0 when it may now. */
  waitS(sender: string): number {
    const attempts = this.#senders.get(sender);
    if (attempts === undefined) return 0;
    const left = this.#leftNow(attempts);
    return left >= 1 ? 0 : Math.ceil(((1 - left) * ONE_MORE_MS) / 1000);
  }

  /** Counts a wrong attempt. */
  wrong(sender: string): void {
    const known = this.#senders.get(sender);
    const left = (known === undefined ? BURST : this.#leftNow(known)) - 1;
    // Put last, so that the sender that was quiet for longest is forgotten first.
    this.#senders.delete(sender);
    this.#senders.set(sender, { left, atMs: this.#nowMs() });
    const [oldest] = this.#senders.keys();
    if (this.#senders.size > MAX_SENDERS && oldest !== undefined) this.#senders.delete(oldest);
  }

  #leftNow({ left, atMs }: Attempts): number {
    return Math.min(BURST, left + (this.#nowMs() - atMs) / ONE_MORE_MS);
  }
}
