import type { Clock } from '@lineside/kit';

const LINES_KEPT = 100;

/** One line that FFmpeg wrote, without credentials. */
export interface FfmpegLine {
  /** Monotonic ms at which it was read. */
  readonly atMs: number;
  readonly text: string;
}

/** The last lines that the FFmpeg children of one camera wrote, over restarts; each new child begins with a line of its own. */
export class FfmpegLog {
  readonly #clock: Clock;
  readonly #lines: FfmpegLine[] = [];

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /** Oldest first, at most 100. */
  get lines(): readonly FfmpegLine[] {
    return [...this.#lines];
  }

  /** Takes a line; the caller has removed credentials. */
  add(text: string): void {
    this.#lines.push({ atMs: this.#clock.monoMs(), text });
    if (this.#lines.length > LINES_KEPT) this.#lines.shift();
  }
}
