/** How much a camera's clock may run apart from ours: 200 ms in a thousand seconds. */
const DRIFT = 2e-4;

/** A step of the camera's clock longer than the frames' arrival by this is a jump and not a pause. */
const JUMP_MS = 10_000;

/**
 * The camera's clock, carried on over restarts and jumps: time of arrival tells when frames came, this tells how far
 * apart they were taken. Begins at the first frame's arrival and then follows the stream's own times (PTS) wherever
 * they step forward believably, the arrival elsewhere, so that it always rises.
 */
export class MediaClock {
  #last: { readonly arrivedMs: number; readonly timeS: number | undefined; readonly mediaMs: number } | undefined;

  /** Least that a frame of this stream took from the camera to here, on clocks that have no common zero. */
  #promptMs = Number.POSITIVE_INFINITY;
  #behindMs = 0;

  /**
   * How much later the newest frame came than the promptest of its stream, milliseconds: what waits in the network or
   * before a decoder that has no time is this old when it is looked at. How old the promptest was nobody can tell.
   */
  get behindMs(): number {
    return this.#behindMs;
  }

  /** The stream begins anew: its next time has nothing to do with its last. */
  restart(): void {
    this.#promptMs = Number.POSITIVE_INFINITY;
    this.#behindMs = 0;
    if (this.#last !== undefined) this.#last = { ...this.#last, timeS: undefined };
  }

  /** Milliseconds for a frame that arrived at `arrivedMs` with `timeS` seconds on its stream, where it has them. */
  at(arrivedMs: number, timeS: number | undefined): number {
    const last = this.#last;
    const mediaMs = last === undefined ? arrivedMs : last.mediaMs + stepMs(last, arrivedMs, timeS);
    const delayMs = arrivedMs - mediaMs;
    const drifted = this.#promptMs + DRIFT * Math.max(0, arrivedMs - (last?.arrivedMs ?? arrivedMs));
    this.#promptMs = Math.min(delayMs, drifted);
    this.#behindMs = delayMs - this.#promptMs;
    this.#last = { arrivedMs, timeS, mediaMs };
    return mediaMs;
  }
}

function stepMs(
  last: { readonly arrivedMs: number; readonly timeS: number | undefined },
  arrivedMs: number,
  timeS: number | undefined,
): number {
  const arrivalMs = Math.max(1, arrivedMs - last.arrivedMs);
  if (timeS === undefined || last.timeS === undefined) return arrivalMs;
  const streamMs = (timeS - last.timeS) * 1000;
  return streamMs > 0 && streamMs <= arrivalMs + JUMP_MS ? streamMs : arrivalMs;
}
