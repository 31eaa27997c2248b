import { z } from 'zod';
import type { RuleMemory } from '../rule-definition.ts';

/** What is kept of the last cleaning when the process ends. Wall times in milliseconds since 1970. */
const Stored = z.object({
  /** When the last cleaning was; absent while the wall clock was not trusted. */
  cleanedAtMs: z.number().optional(),
  /** How long ago that was when this was written. */
  elapsedMs: z.number().min(0),
  cleanedBy: z.string(),
  /** What a person confirmed since, and the rule has not taken in yet. */
  confirmation: z.object({ by: z.string(), atMs: z.number() }).optional(),
});
type Stored = z.output<typeof Stored>;

/** What stands for the person where a camera saw the cleaning, and where nothing is known of any. */
export const OBSERVED = 'observed';
export const UNKNOWN = 'unknown';

/** It is written at least this often, so that little time is lost where only elapsed time is known. */
const WRITE_EVERY_MS = 600_000;

/**
 * When the last cleaning was. Wall times where they are trusted, so that the time in which the process did not run counts;
 * else the time that has passed on the clock of the frames. Before anything is known, the start counts as a cleaning.
 */
export class CleaningState {
  readonly #memory: RuleMemory | undefined;
  #cleanedAtMs: number | undefined;
  #cleanedBy = UNKNOWN;
  #elapsedMs = 0;
  #latestMs: number | undefined;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(memory: RuleMemory | undefined) {
    this.#memory = memory;
    const stored = this.#read();
    if (stored === undefined) return;
    this.#cleanedAtMs = stored.cleanedAtMs;
    this.#cleanedBy = stored.cleanedBy;
    this.#elapsedMs = stored.elapsedMs;
  }

  /** How long ago the last cleaning was. */
  get elapsedMs(): number {
    return this.#elapsedMs;
  }

  /** `observed`, the name of who confirmed it, or `unknown`. */
  get cleanedBy(): string {
    return this.#cleanedBy;
  }

  /** Time has passed up to `atMs`; `wallMs` is undefined where the wall clock is not trusted. */
  elapse(atMs: number, wallMs: number | undefined): void {
    const sinceMs = Math.max(0, atMs - (this.#latestMs ?? atMs));
    this.#latestMs = atMs;
    this.#elapsedMs += sinceMs;
    if (wallMs === undefined) this.#cleanedAtMs = undefined;
    else if (this.#cleanedAtMs === undefined) this.#cleanedAtMs = wallMs - this.#elapsedMs;
    else this.#elapsedMs = Math.max(0, wallMs - this.#cleanedAtMs);
    const { confirmation } = this.#read() ?? {};
    if (confirmation !== undefined) this.#confirm(confirmation, wallMs);
    if (atMs - this.#writtenMs >= WRITE_EVERY_MS || atMs < this.#writtenMs) this.#write(atMs);
  }

  /** The zone was cleaned now. */
  clean(by: string, wallMs: number | undefined): void {
    this.#elapsedMs = 0;
    this.#cleanedAtMs = wallMs;
    this.#cleanedBy = by;
    this.#write(this.#latestMs ?? 0);
  }

  /** It can have been made while the process did not run, but not before the cleaning that was known until now. */
  #confirm({ by, atMs }: NonNullable<Stored['confirmation']>, wallMs: number | undefined): void {
    const agoMs = wallMs === undefined ? 0 : Math.min(this.#elapsedMs, Math.max(0, wallMs - atMs));
    this.#elapsedMs = agoMs;
    this.#cleanedAtMs = wallMs === undefined ? undefined : wallMs - agoMs;
    this.#cleanedBy = by;
    this.#write(this.#latestMs ?? 0);
  }

  #read(): Stored | undefined {
    const { success, data } = Stored.safeParse(this.#memory?.get());
    return success ? data : undefined;
  }

  #write(atMs: number): void {
    this.#writtenMs = atMs;
    const known = this.#cleanedAtMs === undefined ? {} : { cleanedAtMs: this.#cleanedAtMs };
    this.#memory?.set({ ...known, elapsedMs: this.#elapsedMs, cleanedBy: this.#cleanedBy } satisfies Stored);
  }
}

/** What is kept of a rule after a person confirmed a cleaning. `stored`: what was kept before. */
export function withConfirmation(stored: unknown, by: string, atMs: number): Readonly<Record<string, unknown>> {
  const { success, data } = Stored.safeParse(stored);
  const before = success ? data : { elapsedMs: 0, cleanedBy: UNKNOWN };
  return { ...before, confirmation: { by, atMs } };
}
