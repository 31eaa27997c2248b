/** How often the watch is asked. */
export const WATCH_TICK_MS = 250;

/**
 * Detects a stream that has been silent for too long. Silence is counted in ticks of the watch itself, so that time in
 * which this process was stopped or held up does not count.
 */
export class StallWatch {
  readonly #graceMs: number;
  #limitMs: number;
  #silentMs = 0;
  #lastTickMs: number | undefined;
  #seen = false;

  /** `graceMs` counts until the first frame, and until a limit is set. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
    this.#limitMs = graceMs;
  }

  /** From the first frame on, silence longer than this is a stall. */
  limit(limitMs: number): void {
    this.#limitMs = limitMs;
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

/**
 * Silence that means a stall: three frames, at least two seconds. A source that has fewer frames than are wanted is
 * measured by its own rate.
 */
export function stallLimitMs(wantedFps: number, sourceFps = wantedFps): number {
  return Math.max(3_000 / Math.min(wantedFps, sourceFps), 2_000);
}
