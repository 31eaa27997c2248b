import { type LifeSigns, OwnTime } from '@lineside/kit';

/** How often the watch is asked. */
export const WATCH_TICK_MS = 250;
/** After this much silence the child is looked at. */
const LOOK_AFTER_MS = 400;
/** A child that is stopped delivers nothing until somebody lets it continue. */
const STOPPED_MS = 1_000;
/** Part of the time in which the child computes that counts as silence: it may be busy with a large picture. */
const WORKING_FRACTION = 1 / 3;
/** Part of the time that counts while this process itself waits for a CPU: what it reads is late then. */
const STARVED_FRACTION = 1 / 4;
/** Waiting of this process that is worth mentioning, per time. */
const STARVED_WAIT = 0.1;

/**
 * Detects a stream that has been silent for too long. Silence is counted in ticks of the watch itself, so that time in
 * which this process was held up does not count; nor does time in which the child waits for a CPU, for then the device
 * is busy and the stream is not at fault. While this process waits for CPUs, a part of the time counts. Pure: time and
 * readings are given to it.
 */
export class StallWatch {
  readonly #graceMs: number;
  #limitMs: number;
  #seen = false;
  readonly #time = new OwnTime(2 * WATCH_TICK_MS);
  readonly #reader = new OwnTime(2 * WATCH_TICK_MS);
  #silentMs = 0;

  /** `graceMs` counts until the first frame, and until a limit is set. */
  constructor(graceMs: number) {
    this.#graceMs = graceMs;
    this.#limitMs = graceMs;
  }

  /** From the first frame on, silence longer than this is a stall. */
  limit(limitMs: number): void {
    this.#limitMs = limitMs;
  }

  /** A frame arrived. */
  alive(): void {
    this.excuse();
    this.#seen = true;
  }

  /** A part of a frame arrived, or the reader makes the stream wait; unlike `alive` this does not end the grace. */
  excuse(): void {
    this.#time.restart();
    this.#silentMs = 0;
  }

  /** Whether the child has been stopped for so long that it is given up. */
  get isStopped(): boolean {
    return this.#time.stoppedMs >= STOPPED_MS;
  }

  /** Whether the next tick needs a reading of the child: while frames come, none is taken. */
  get needsReading(): boolean {
    return this.#time.passedMs >= LOOK_AFTER_MS;
  }

  /**
   * Takes readings of the child and of this process's main thread, where they were needed and can be had. True when the
   * stream is to be given up.
   */
  tick(nowMs: number, child?: LifeSigns, reader?: LifeSigns): boolean {
    const before = { ownMs: this.#time.ownMs, ranMs: this.#time.ranMs };
    this.#time.step(child, nowMs);
    this.#reader.step(reader, nowMs);
    if (this.isStopped) return true;
    const ownMs = this.#time.ownMs - before.ownMs;
    const workedMs = Math.min(ownMs, this.#time.ranMs - before.ranMs);
    const countedMs = ownMs - workedMs + WORKING_FRACTION * workedMs;
    this.#silentMs += this.#isStarved ? STARVED_FRACTION * countedMs : countedMs;
    return this.#silentMs > (this.#seen ? this.#limitMs : Math.max(this.#graceMs, this.#limitMs));
  }

  /** This process got less than half of the CPU time that it could have used lately. */
  get #isStarved(): boolean {
    const spent = this.#reader.newest;
    return spent !== undefined && spent.waitedMs > Math.max(spent.ranMs, STARVED_WAIT * spent.passedMs);
  }
}

/**
 * Silence that means a stall: three frames, at least two seconds. A source that has fewer frames than are wanted is
 * measured by its own rate.
 */
export function stallLimitMs(wantedFps: number, sourceFps = wantedFps): number {
  return Math.max(3_000 / Math.min(wantedFps, sourceFps), 2_000);
}
