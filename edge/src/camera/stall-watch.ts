/** How often the watch is asked. */
export const WATCH_TICK_MS = 250;

/**
 * Says when a stream has been silent for too long. Silence is counted in ticks of the watcher itself: when the
 * watcher was stopped or held up, the time it did not look is not held against the stream.
 */
export class StallWatch {
  readonly #limitMs: number;
  readonly #graceMs: number;
  #silentMs = 0;
  #lastTickMs: number | undefined;
  #seen = false;

  /** `graceMs` instead of `limitMs` counts until the first frame. */
  constructor(limitMs: number, graceMs: number) {
    this.#limitMs = limitMs;
    this.#graceMs = graceMs;
  }

  /** A frame arrived, or the reader itself makes the stream wait. */
  alive(): void {
    this.#silentMs = 0;
    this.#seen = true;
  }

  /** The reader makes the stream wait; unlike `alive` this does not end the grace. */
  excuse(): void {
    this.#silentMs = 0;
  }

  /** True when the stream is to be given up. */
  tick(nowMs: number): boolean {
    const passed = this.#lastTickMs === undefined ? 0 : nowMs - this.#lastTickMs;
    this.#lastTickMs = nowMs;
    this.#silentMs += Math.min(passed, 2 * WATCH_TICK_MS);
    return this.#silentMs > (this.#seen ? this.#limitMs : Math.max(this.#graceMs, this.#limitMs));
  }
}

/** Silence that means a stall at `fps` frames a second: three frames, at least two seconds. */
export function stallLimitMs(fps: number): number {
  return Math.max(3_000 / fps, 2_000);
}
