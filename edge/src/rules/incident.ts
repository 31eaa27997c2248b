import type { Timing } from './spec.ts';

/**
 * What one observation says of the condition. A frame in which the subject could not be judged (not inspected, hidden,
 * head turned away) is no observation and is not told at all.
 */
export type Verdict = 'holds' | 'contrary';
export type Transition = 'opened' | 'updated' | 'closed';
type Phase = 'idle' | 'pending' | 'open' | 'closing';

/** A sighting takes back this much of a contrary stretch, so that a lone false sighting does not hold an incident. */
const REGAIN = 2;
/** Votes fade over `longerThanMs`, but not faster than over this. */
const LEAST_MEMORY_MS = 1000;

/**
 * The life of incidents of one subject: idle -> pending -> open -> closing -> closed, and idle again.
 *
 * Time counts only between observations at most `maxGapMs` apart. `lastedMs` is what has so counted from the first
 * sighting to the latest, hence never more than has really passed.
 */
export class Incident {
  readonly #timing: Timing;
  #phase: Phase = 'idle';
  #previous: { readonly atMs: number; readonly verdict: Verdict } | undefined;
  #heldMs = 0;
  #lastedMs = 0;
  #contraryMs = 0;
  #sightings = 0;
  #votesFor = 0;
  #votes = 0;
  #saidAtMs = 0;
  #closedAtMs: number | undefined;

  constructor(timing: Timing) {
    this.#timing = timing;
  }

  get isOpen(): boolean {
    return this.#phase === 'open' || this.#phase === 'closing';
  }

  get lastedMs(): number {
    return this.#lastedMs;
  }

  /** Sightings since the condition began. */
  get sightings(): number {
    return this.#sightings;
  }

  /** True when nothing is pending or open and the cool-down is over: it can be forgotten. */
  isOver(atMs: number): boolean {
    return this.#phase === 'idle' && !this.#isCooling(atMs);
  }

  observe(atMs: number, verdict: Verdict): Transition | undefined {
    const before = this.#previous;
    this.#previous = { atMs, verdict };
    if (this.#phase === 'idle') {
      if (verdict === 'contrary') return undefined;
      this.#begin();
    }
    const elapsedMs = before === undefined || this.#sightings === 0 ? 0 : this.#continuous(atMs - before.atMs);
    this.#heldMs += elapsedMs;
    this.#vote(verdict, elapsedMs);
    if (verdict === 'holds') {
      this.#contraryMs = Math.max(0, this.#contraryMs - REGAIN * elapsedMs);
      return this.#seen(atMs);
    }
    if (before?.verdict === 'contrary') this.#contraryMs += elapsedMs;
    return this.#unseen(atMs);
  }

  /** Ends whatever is pending or open; true when an open incident was closed by it. */
  shut(atMs: number): boolean {
    const wasOpen = this.isOpen;
    this.#phase = 'idle';
    this.#previous = undefined;
    if (wasOpen) this.#closedAtMs = atMs;
    return wasOpen;
  }

  #begin(): void {
    this.#phase = 'pending';
    this.#heldMs = 0;
    this.#lastedMs = 0;
    this.#contraryMs = 0;
    this.#sightings = 0;
    this.#votesFor = 0;
    this.#votes = 0;
  }

  #continuous(sinceMs: number): number {
    return sinceMs > 0 && sinceMs <= this.#timing.maxGapMs ? sinceMs : 0;
  }

  #vote(verdict: Verdict, elapsedMs: number): void {
    const kept = Math.exp(-elapsedMs / Math.max(LEAST_MEMORY_MS, this.#timing.longerThanMs));
    this.#votesFor = this.#votesFor * kept + (verdict === 'holds' ? 1 : 0);
    this.#votes = this.#votes * kept + 1;
  }

  #seen(atMs: number): Transition | undefined {
    this.#sightings += 1;
    this.#lastedMs = this.#heldMs;
    if (this.#phase === 'pending') {
      if (!this.#isProven(atMs)) return undefined;
      this.#phase = 'open';
      this.#saidAtMs = atMs;
      return 'opened';
    }
    if (this.#contraryMs === 0) this.#phase = 'open';
    if (atMs - this.#saidAtMs < this.#timing.updateEveryMs) return undefined;
    this.#saidAtMs = atMs;
    return 'updated';
  }

  #unseen(atMs: number): Transition | undefined {
    const { clearAfterMs, longerThanMs, share } = this.#timing;
    if (this.#phase === 'pending') {
      // So much contrary time that the share can no longer be reached over the required time.
      if (this.#contraryMs > (1 - share) * longerThanMs) this.#phase = 'idle';
      return undefined;
    }
    this.#phase = 'closing';
    if (this.#contraryMs < clearAfterMs) return undefined;
    this.shut(atMs);
    return 'closed';
  }

  #isProven(atMs: number): boolean {
    const { longerThanMs, minSightings, share } = this.#timing;
    if (this.#heldMs < longerThanMs || this.#sightings < minSightings || this.#isCooling(atMs)) return false;
    return this.#votesFor >= share * this.#votes - 1e-9;
  }

  #isCooling(atMs: number): boolean {
    return this.#closedAtMs !== undefined && atMs - this.#closedAtMs < this.#timing.coolDownMs;
  }
}
