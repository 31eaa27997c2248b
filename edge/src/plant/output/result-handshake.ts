import type { NewestResult } from './station.ts';

export interface HandshakeOptions {
  /** A result that the controller has not taken for so long gives way to the next. */
  readonly timeoutMs: number;
}

/** What became of results; each only rises. `offered` = taken + untaken + overrun + those that wait. */
export interface HandshakeCounts {
  readonly offered: number;
  /** The controller wrote their number back. */
  readonly taken: number;
  /** It did not in time. */
  readonly untaken: number;
  /** Given up because too many waited before them. */
  readonly overrun: number;
}

/** Results that may wait: a controller that is slower than the line for a moment, not for ever. */
const MOST_WAITING = 16;

/**
 * Hands results to a controller one after the other: each stands, valid, until the controller has written its number
 * back, or its time is over. Pure; to be stepped.
 */
export class ResultHandshake {
  readonly #options: HandshakeOptions;
  #waiting: NewestResult[] = [];
  #shown: NewestResult | undefined;
  #sinceMs = 0;
  #isPending = false;
  #counts: HandshakeCounts = { offered: 0, taken: 0, untaken: 0, overrun: 0 };

  constructor(options: HandshakeOptions) {
    this.#options = options;
  }

  get counts(): HandshakeCounts {
    return this.#counts;
  }

  /** What the controller sees now; one that it has taken stays to be seen, and is not valid any more. */
  get shown(): NewestResult | undefined {
    return this.#shown;
  }

  get isPending(): boolean {
    return this.#isPending;
  }

  offer(result: NewestResult, nowMs: number): void {
    this.#count('offered');
    this.#waiting.push(result);
    if (this.#waiting.length > MOST_WAITING) {
      this.#waiting.shift();
      this.#count('overrun');
    }
    this.#next(nowMs);
  }

  /** The controller has taken the result of this number; any other number says nothing. */
  acknowledge(seq: number, nowMs: number): boolean {
    if (!this.#isPending || this.#shown?.seq !== seq) return false;
    this.#count('taken');
    this.#isPending = false;
    this.#next(nowMs);
    return true;
  }

  /** Gives the result whose time is over, if there is one. */
  step(nowMs: number): NewestResult | undefined {
    if (!this.#isPending || nowMs - this.#sinceMs <= this.#options.timeoutMs) return undefined;
    const untaken = this.#shown;
    this.#count('untaken');
    this.#isPending = false;
    this.#next(nowMs);
    return untaken;
  }

  /** Nobody is to take any of them any more. */
  clear(): void {
    this.#count('untaken', this.#waiting.length + Number(this.#isPending));
    this.#waiting = [];
    this.#isPending = false;
  }

  #next(nowMs: number): void {
    if (this.#isPending) return;
    const next = this.#waiting.shift();
    if (next === undefined) return;
    [this.#shown, this.#sinceMs, this.#isPending] = [next, nowMs, true];
  }

  #count(name: keyof HandshakeCounts, by = 1): void {
    this.#counts = { ...this.#counts, [name]: this.#counts[name] + by };
  }
}
