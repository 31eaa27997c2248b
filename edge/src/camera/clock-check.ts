/** The least delay of each window of this length is compared with that of the window before. */
const WINDOW_MS = 1_000;
/** How many of the latest comparisons decide. */
const COMPARISONS = 7;
/** A clock that gains or loses more than this is not believed; less is drift. */
const RATE_TOLERANCE = 0.06;
/** So much of a step from window to window can be drift and jitter; the rest is delay. */
const DRIFT_MS = 200;
/** A frame cannot arrive before it was taken: what seems to by more than this followed a jump of the clock. */
export const SLACK_MS = 250;

interface Promptest {
  readonly arrivedMs: number;
  readonly delayMs: number;
}

/**
 * Whether a stream's clock runs at the rate of time, judged by the frames' arrival. The delay of the promptest frame of a
 * few seconds stays the same while the clock is right, whatever waited in between; it rises or falls for ever when
 * the clock runs at another rate. The median of several comparisons leaves out a single step: a stall is no rate. Two like
 * steps, one after the other, end the belief at once.
 */
export class ClockCheck {
  #windowStartMs = 0;
  #window: Promptest | undefined;
  #before: Promptest | undefined;
  #lastDelayMs = 0;
  #lastTimeMs: number | undefined;
  #rates: number[] = [];

  /** True when the clock agrees with the arrival, false when it does not, undefined while nothing is known. */
  get agrees(): boolean | undefined {
    const rate = this.#rates.toSorted((a, b) => a - b)[Math.floor(this.#rates.length / 2)];
    if (rate === undefined) return undefined;
    return !this.#isTurning && Math.abs(rate) <= RATE_TOLERANCE;
  }

  /** Two steps of the same direction and of about the same size, one after the other: the rate has changed. */
  get #isTurning(): boolean {
    const [last = 0, before = 0] = this.#rates.toReversed();
    const [smaller, larger] = [Math.min(Math.abs(last), Math.abs(before)), Math.max(Math.abs(last), Math.abs(before))];
    return last * before > 0 && smaller > RATE_TOLERANCE && smaller > larger / 2;
  }

  /** The stream begins anew; what is known of the rate of its clock stays. */
  restart(): void {
    this.#window = undefined;
    this.#before = undefined;
    this.#lastTimeMs = undefined;
  }

  /**
   * Takes a frame that arrived at `arrivedMs` with `timeMs` on its stream. Returns milliseconds of drift: by how much the
   * promptest frame of a window came later than that of the window before, as far as it can be drift, where a window
   * has ended with this frame. Earlier is negative, so that jitter cancels out.
   */
  add(arrivedMs: number, timeMs: number): number {
    const delayMs = arrivedMs - timeMs;
    const jumped = this.#lastTimeMs === undefined || timeMs <= this.#lastTimeMs || this.#isTooEarly(delayMs);
    this.#lastTimeMs = timeMs;
    this.#lastDelayMs = delayMs;
    if (jumped) this.#before = undefined;
    if (jumped || this.#window === undefined) {
      this.#begin(arrivedMs, delayMs);
      return 0;
    }
    if (arrivedMs - this.#windowStartMs < WINDOW_MS) {
      if (delayMs <= this.#window.delayMs) this.#window = { arrivedMs, delayMs };
      return 0;
    }
    const ended = this.#window;
    const drift = this.#before === undefined ? 0 : this.#compare(this.#before, ended);
    this.#before = ended;
    this.#begin(arrivedMs, delayMs);
    return drift;
  }

  #begin(arrivedMs: number, delayMs: number): void {
    this.#windowStartMs = arrivedMs;
    this.#window = { arrivedMs, delayMs };
  }

  #isTooEarly(delayMs: number): boolean {
    const known = Math.min(this.#window?.delayMs ?? this.#lastDelayMs, this.#before?.delayMs ?? this.#lastDelayMs);
    return delayMs < known - SLACK_MS;
  }

  #compare(before: Promptest, ended: Promptest): number {
    const laterMs = ended.delayMs - before.delayMs;
    const rate = laterMs / (ended.arrivedMs - before.arrivedMs);
    this.#rates = [...this.#rates.slice(1 - COMPARISONS), rate];
    const most = Math.max(DRIFT_MS, RATE_TOLERANCE * (ended.arrivedMs - before.arrivedMs));
    return Math.min(most, Math.max(-most, laterMs));
  }
}
