import { type LifeSigns, OwnTime } from '@lineside/kit';

/** How often the watch is asked. */
export const WATCH_TICK_MS = 250;
/** After this much silence the child is looked at. */
const LOOK_AFTER_MS = 400;
/** A child that is stopped delivers nothing until somebody lets it continue. */
const STOPPED_MS = 1_000;
/** Part of the time in which the child computes that counts as silence: it may be busy with a large picture. */
const WORKING_FRACTION = 1 / 3;

/**
 * Detects a stream that has been silent for too long. Silence is counted in ticks of the watch itself, so that time in
 * which this process was held up does not count; nor does time in which the child waits for a CPU, for then the device
 * is busy and the stream is not at fault. Pure: time and readings are given to it.
 */
export class StallWatch {
  readonly #graceMs: number;
  #limitMs: number;
  #seen = false;
  #time = new OwnTime(2 * WATCH_TICK_MS);

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
    this.#time.restart();
    this.#seen = true;
  }

  /** The reader makes the stream wait; unlike `alive` this does not end the grace. */
  excuse(): void {
    this.#time.restart();
  }

  /** Whether the next tick needs a reading of the child: while frames come, none is taken. */
  get needsReading(): boolean {
    return this.#time.passedMs >= LOOK_AFTER_MS;
  }

  /** Takes a reading of the child, where one was needed and can be had. True when the stream is to be given up. */
  tick(nowMs: number, child?: LifeSigns): boolean {
    this.#time.step(child, nowMs);
    const { ownMs, ranMs, stoppedMs } = this.#time;
    if (stoppedMs >= STOPPED_MS) return true;
    const workedMs = Math.min(ownMs, ranMs);
    const silentMs = ownMs - workedMs + WORKING_FRACTION * workedMs;
    return silentMs > (this.#seen ? this.#limitMs : Math.max(this.#graceMs, this.#limitMs));
  }
}

/**
 * Silence that means a stall: three frames, at least two seconds. A source that has fewer frames than are wanted is
 * measured by its own rate.
 */
export function stallLimitMs(wantedFps: number, sourceFps = wantedFps): number {
  return Math.max(3_000 / Math.min(wantedFps, sourceFps), 2_000);
}
