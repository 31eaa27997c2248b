/** The clocks of cameras jitter: a frame may be early by this fraction of a slot, and by no more. */
const EARLY = 0.3;
const EARLY_MAX_MS = 40;

/**
 * Lets through at most so many frames a second, evenly, on the frames' own clock. A clock that stepped back by more
 * than two slots starts the schedule anew, as a recording does that begins again.
 */
export class FrameRateLimiter {
  readonly #slotMs: number;
  #nextMs = Number.NEGATIVE_INFINITY;

  /** Every frame when `fps` is undefined. */
  constructor(fps: number | undefined) {
    this.#slotMs = fps === undefined ? 0 : 1000 / fps;
  }

  /** Whether the frame of this time is to be inspected; to be asked once for each frame. */
  due(atMs: number): boolean {
    const slot = this.#slotMs;
    if (slot === 0) return true;
    if (atMs < this.#nextMs - 2 * slot) this.#nextMs = atMs;
    if (atMs <= this.#nextMs - Math.min(EARLY * slot, EARLY_MAX_MS)) return false;
    // After a gap the schedule begins with this frame: nothing is made up for.
    this.#nextMs = (atMs > this.#nextMs + slot ? atMs : this.#nextMs) + slot;
    return true;
  }
}
