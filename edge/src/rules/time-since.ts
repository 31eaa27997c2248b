export interface TimeSinceFacts {
  /** Wall time (milliseconds since 1970) at which it was done; undefined while the wall clock was not trusted. */
  readonly doneAtMs?: number | undefined;
  /** How long ago that was. */
  readonly elapsedMs: number;
}

/**
 * How long ago something was done. Wall times where they are trusted, so that the time in which the process did not run
 * counts; else the time that has passed on the clock of the frames.
 */
export class TimeSince {
  #doneAtMs: number | undefined;
  #elapsedMs: number;
  #latestMs: number | undefined;

  constructor({ doneAtMs, elapsedMs }: TimeSinceFacts) {
    this.#doneAtMs = doneAtMs;
    this.#elapsedMs = elapsedMs;
  }

  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  get facts(): TimeSinceFacts {
    const known = this.#doneAtMs === undefined ? {} : { doneAtMs: this.#doneAtMs };
    return { ...known, elapsedMs: this.#elapsedMs };
  }

  /** Time has passed up to `atMs`; `wallMs` is undefined where the wall clock is not trusted. */
  elapse(atMs: number, wallMs: number | undefined): void {
    const sinceMs = Math.max(0, atMs - (this.#latestMs ?? atMs));
    this.#latestMs = atMs;
    this.#elapsedMs += sinceMs;
    if (wallMs === undefined) this.#doneAtMs = undefined;
    else if (this.#doneAtMs === undefined) this.#doneAtMs = wallMs - this.#elapsedMs;
    else this.#elapsedMs = Math.max(0, wallMs - this.#doneAtMs);
  }

  /** It was done now. */
  restart(wallMs: number | undefined): void {
    this.#elapsedMs = 0;
    this.#doneAtMs = wallMs;
  }

  /** It was done at `doneAtMs` by the wall clock, while nobody looked; not before the last time that is known. */
  restartAt(doneAtMs: number, wallMs: number | undefined): void {
    this.#elapsedMs = wallMs === undefined ? 0 : Math.min(this.#elapsedMs, Math.max(0, wallMs - doneAtMs));
    this.#doneAtMs = wallMs === undefined ? undefined : wallMs - this.#elapsedMs;
  }
}
