/** A step of the camera's clock longer than the frames' arrival by this is a jump and not a pause. */
const JUMP_MS = 10_000;

/**
 * The camera's clock, carried on over restarts and jumps: time of arrival tells when frames came, this tells how far
 * apart they were taken. Begins at the first frame's arrival and then follows the stream's own times (PTS) wherever
 * they step forward believably, the arrival elsewhere, so that it always rises.
 */
export class MediaClock {
  #last: { readonly arrivedMs: number; readonly timeS: number | undefined; readonly mediaMs: number } | undefined;

  /** The stream begins anew: its next time has nothing to do with its last. */
  restart(): void {
    if (this.#last !== undefined) this.#last = { ...this.#last, timeS: undefined };
  }

  /** Milliseconds for a frame that arrived at `arrivedMs` with `timeS` seconds on its stream, where it told them. */
  at(arrivedMs: number, timeS: number | undefined): number {
    const last = this.#last;
    const mediaMs = last === undefined ? arrivedMs : last.mediaMs + stepMs(last, arrivedMs, timeS);
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
