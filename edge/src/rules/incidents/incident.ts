import type { EventPhase } from '../../domain/index.ts';
import type { Timing } from '../timing.ts';

type Stage = 'idle' | 'pending' | 'open' | 'closing';

/** A true observation takes back this many times its own duration of false time, so that one false alarm does not keep an incident open. */
const REGAIN = 2;
/** Older observations lose weight over `minDurationMs`, but never faster than over this time. */
const LEAST_MEMORY_MS = 1000;

/**
 * The incidents of one subject, one after the other: idle -> pending -> open -> closing -> closed, and idle again.
 *
 * Time counts only between observations that are at most `maxGapMs` apart. `durationMs` is the time counted from the
 * first true observation to the latest one, so it is never more than the time that really passed. A frame in which the
 * subject could not be judged (not inspected, hidden, head turned away) is no observation: do not call `observe` for
 * it, and call `hide` where the frame was inspected.
 */
export class Incident {
  readonly #timing: Timing;
  #stage: Stage = 'idle';
  #previous: { readonly atMs: number; readonly condition: boolean } | undefined;
  #hidden = false;
  #presentAtMs = 0;
  #trueFromMs = 0;
  #trueToMs = 0;
  #heldMs = 0;
  #durationMs = 0;
  #falseMs = 0;
  #sightings = 0;
  #votesFor = 0;
  #votes = 0;
  #reportedAtMs = 0;
  #closedAtMs: number | undefined;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  get isOpen(): boolean {
    return this.#stage === 'open' || this.#stage === 'closing';
  }

  /** True while it is pending or open. */
  get isActive(): boolean {
    return this.#stage !== 'idle';
  }

  /** Milliseconds that the condition has held. */
  get durationMs(): number {
    return this.#durationMs;
  }

  /** Times of the first and the latest true observation since the condition began. */
  get held(): { readonly fromMs: number; readonly toMs: number } {
    return { fromMs: this.#trueFromMs, toMs: this.#trueToMs };
  }

  /** True observations since the condition began. */
  get sightings(): number {
    return this.#sightings;
  }

  /** True when nothing is pending or open and the cool-down is over, so that the subject can be forgotten. */
  isOver(atMs: number): boolean {
    return this.#stage === 'idle' && !this.#isCooling(atMs);
  }

  /** Milliseconds since anything was known of the subject of what is pending or open; else 0. */
  unobservedMs(atMs: number): number {
    return this.isActive ? atMs - this.#presentAtMs : 0;
  }

  /** The subject is there in this frame, although it cannot be judged. */
  stay(atMs: number): void {
    this.#presentAtMs = atMs;
  }

  /** The subject is hidden in this frame: the time up to the next observation does not count as false. */
  hide(): void {
    this.#hidden = true;
  }

  /**
   * Takes in whether the condition was true at `atMs` and returns the transition that follows from it, if any. With
   * `isNews` an open incident is reported at once.
   */
  observe(atMs: number, condition: boolean, isNews = false): EventPhase | undefined {
    const before = this.#previous;
    const wasHidden = this.#hidden;
    this.#previous = { atMs, condition };
    this.#presentAtMs = atMs;
    this.#hidden = false;
    if (this.#stage === 'idle') {
      if (!condition) return undefined;
      this.#begin(atMs);
    }
    const elapsedMs = before === undefined || this.#sightings === 0 ? 0 : this.#continuous(atMs - before.atMs);
    this.#heldMs += elapsedMs;
    this.#vote(condition, elapsedMs);
    if (condition) {
      this.#falseMs = Math.max(0, this.#falseMs - REGAIN * elapsedMs);
      return this.#observedTrue(atMs, isNews);
    }
    if (before?.condition === false && !wasHidden) this.#falseMs += elapsedMs;
    return this.#observedFalse(atMs);
  }

  /** Ends whatever is pending or open. Returns true when this closed an open incident. */
  forceClose(atMs: number): boolean {
    const wasOpen = this.isOpen;
    this.#stage = 'idle';
    this.#previous = undefined;
    this.#hidden = false;
    if (wasOpen) this.#closedAtMs = atMs;
    return wasOpen;
  }

  #begin(atMs: number): void {
    this.#trueFromMs = atMs;
    this.#stage = 'pending';
    this.#heldMs = 0;
    this.#durationMs = 0;
    this.#falseMs = 0;
    this.#sightings = 0;
    this.#votesFor = 0;
    this.#votes = 0;
  }

  #continuous(sinceMs: number): number {
    return sinceMs > 0 && sinceMs <= this.#timing.maxGapMs ? sinceMs : 0;
  }

  #vote(condition: boolean, elapsedMs: number): void {
    const kept = Math.exp(-elapsedMs / Math.max(LEAST_MEMORY_MS, this.#timing.minDurationMs));
    this.#votesFor = this.#votesFor * kept + (condition ? 1 : 0);
    this.#votes = this.#votes * kept + 1;
  }

  #observedTrue(atMs: number, isNews: boolean): EventPhase | undefined {
    this.#sightings += 1;
    this.#trueToMs = atMs;
    this.#durationMs = this.#heldMs;
    if (this.#stage === 'pending') {
      if (!this.#isProven(atMs)) return undefined;
      this.#stage = 'open';
      this.#reportedAtMs = atMs;
      return 'opened';
    }
    if (this.#falseMs === 0) this.#stage = 'open';
    if (!isNews && atMs - this.#reportedAtMs < this.#timing.updateEveryMs) return undefined;
    this.#reportedAtMs = atMs;
    return 'updated';
  }

  #observedFalse(atMs: number): EventPhase | undefined {
    const { clearAfterMs, minDurationMs, minFraction } = this.#timing;
    if (this.#stage === 'pending') {
      // So much false time that the fraction can no longer be reached over the required duration.
      if (this.#falseMs > (1 - minFraction) * minDurationMs) this.#stage = 'idle';
      return undefined;
    }
    this.#stage = 'closing';
    if (this.#falseMs < clearAfterMs) return undefined;
    this.forceClose(atMs);
    return 'closed';
  }

  #isProven(atMs: number): boolean {
    const { minDurationMs, minSightings, minFraction } = this.#timing;
    if (this.#heldMs < minDurationMs || this.#sightings < minSightings || this.#isCooling(atMs)) return false;
    return this.#votesFor >= minFraction * this.#votes - 1e-9;
  }

  #isCooling(atMs: number): boolean {
    return this.#closedAtMs !== undefined && atMs - this.#closedAtMs < this.#timing.coolDownMs;
  }
}
