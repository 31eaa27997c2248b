import { ClockCheck, SLACK_MS } from './clock-check.ts';

/**
 * A clock by which motion is measured: how far apart frames were taken, however they arrived. It begins at the first
 * frame's arrival and always rises. It steps as the stream's own times do while these agree with the arrival over
 * several seconds (`ClockCheck`), and as the arrival does otherwise: while that is not known yet, where there are no times
 * or impossible ones, and with a clock that runs at another rate. So its rate is that of real time.
 */
export class MediaClock {
  readonly #check = new ClockCheck();
  #last: { readonly arrivedMs: number; readonly timeS: number | undefined; readonly mediaMs: number } | undefined;
  /** Least that a frame of this stream took from the camera to here, on clocks that have no common zero. */
  #promptMs = Number.POSITIVE_INFINITY;
  #behindMs: number | undefined;

  /** Whether the stream's clock is believed; undefined while that is not known yet. */
  get agrees(): boolean | undefined {
    return this.#check.agrees;
  }

  /**
   * How much later the newest frame came than the promptest of its stream, milliseconds: what waits in the network or
   * before a decoder that has no time is this old when it is inspected. How old the promptest was nobody can tell.
   * Undefined while the stream's clock is not believed.
   */
  get behindMs(): number | undefined {
    return this.#behindMs;
  }

  /** The stream begins anew: its next time has nothing to do with its last. */
  restart(): void {
    this.#check.restart();
    this.#promptMs = Number.POSITIVE_INFINITY;
    this.#behindMs = undefined;
    if (this.#last !== undefined) this.#last = { ...this.#last, timeS: undefined };
  }

  /** Milliseconds for a frame that arrived at `arrivedMs` with `timeS` seconds on its stream, where it has them. */
  at(arrivedMs: number, timeS: number | undefined): number {
    const last = this.#last;
    const drift = timeS === undefined ? 0 : this.#check.add(arrivedMs, timeS * 1000);
    const believed = timeS !== undefined && this.#check.agrees === true;
    const arrivalMs = Math.max(1, arrivedMs - (last?.arrivedMs ?? arrivedMs));
    const streamMs = believed && last?.timeS !== undefined ? (timeS - last.timeS) * 1000 : undefined;
    const stepMs = isPossible(streamMs, arrivalMs + (this.#behindMs ?? 0) + SLACK_MS) ? streamMs : arrivalMs;
    const mediaMs = last === undefined ? arrivedMs : last.mediaMs + stepMs;
    this.#last = { arrivedMs, timeS, mediaMs };
    const delayMs = arrivedMs - mediaMs;
    this.#promptMs = believed ? Math.min(delayMs, this.#promptMs + drift) : Number.POSITIVE_INFINITY;
    this.#behindMs = believed ? delayMs - this.#promptMs : undefined;
    return mediaMs;
  }
}

function isPossible(streamMs: number | undefined, mostMs: number): streamMs is number {
  return streamMs !== undefined && streamMs > 0 && streamMs <= mostMs;
}
