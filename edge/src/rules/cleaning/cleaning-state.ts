import { z } from 'zod';
import type { RuleMemory } from '../rule-definition.ts';
import { TimeSince } from '../time-since.ts';

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
 * When the last cleaning was, and who says so. Before anything is known, the start counts as a cleaning.
 */
export class CleaningState {
  readonly #memory: RuleMemory | undefined;
  readonly #since: TimeSince;
  #cleanedBy: string;
  #latestMs = 0;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(memory: RuleMemory | undefined) {
    this.#memory = memory;
    const { cleanedAtMs, elapsedMs = 0, cleanedBy = UNKNOWN } = this.#read() ?? {};
    this.#since = new TimeSince({ doneAtMs: cleanedAtMs, elapsedMs });
    this.#cleanedBy = cleanedBy;
  }

  /** How long ago the last cleaning was. */
  get elapsedMs(): number {
    return this.#since.elapsedMs;
  }

  /** `observed`, the name of who confirmed it, or `unknown`. */
  get cleanedBy(): string {
    return this.#cleanedBy;
  }

  /** Time has passed up to `atMs`; `wallMs` is undefined where the wall clock is not trusted. */
  elapse(atMs: number, wallMs: number | undefined): void {
    this.#latestMs = atMs;
    this.#since.elapse(atMs, wallMs);
    const { confirmation } = this.#read() ?? {};
    if (confirmation !== undefined) {
      // It can have been made while the process did not run.
      this.#since.restartAt(confirmation.atMs, wallMs);
      this.#cleanedBy = confirmation.by;
      this.#write(atMs);
    }
    if (atMs - this.#writtenMs >= WRITE_EVERY_MS || atMs < this.#writtenMs) this.#write(atMs);
  }

  /** The zone was cleaned now. */
  clean(by: string, wallMs: number | undefined): void {
    this.#since.restart(wallMs);
    this.#cleanedBy = by;
    this.#write(this.#latestMs);
  }

  #read(): Stored | undefined {
    const { success, data } = Stored.safeParse(this.#memory?.get());
    return success ? data : undefined;
  }

  #write(atMs: number): void {
    this.#writtenMs = atMs;
    const { doneAtMs, elapsedMs } = this.#since.facts;
    const known = doneAtMs === undefined ? {} : { cleanedAtMs: doneAtMs };
    this.#memory?.set({ ...known, elapsedMs, cleanedBy: this.#cleanedBy } satisfies Stored);
  }
}

/** What is kept of a rule after a person confirmed a cleaning. `stored`: what was kept before. */
export function withConfirmation(stored: unknown, by: string, atMs: number): Readonly<Record<string, unknown>> {
  const { success, data } = Stored.safeParse(stored);
  const before = success ? data : { elapsedMs: 0, cleanedBy: UNKNOWN };
  return { ...before, confirmation: { by, atMs } };
}

/** The last cleaning by what is kept of a rule. */
export interface KeptCleaning {
  /** How long ago it was; at first that of the first start of the rule. */
  readonly elapsedMs: number;
  /** Absent while the wall clock was not trusted. */
  readonly cleanedAtMs?: number;
  /** `observed` or the name of who confirmed it; absent where none is known. */
  readonly cleanedBy?: string;
}

/**
 * What is kept of a rule; undefined where that is nothing yet. `wallMs`: the time now, where the wall clock is trusted. A
 * cleaning that was confirmed and that the rule has not taken in yet counts already.
 */
export function keptCleaning(stored: unknown, wallMs?: number): KeptCleaning | undefined {
  const { success, data } = Stored.safeParse(stored);
  if (!success) return undefined;
  const { confirmation, cleanedBy } = data;
  const since = (atMs: number): number | undefined => (wallMs === undefined ? undefined : Math.max(0, wallMs - atMs));
  if (confirmation !== undefined) {
    const { by, atMs } = confirmation;
    return { elapsedMs: since(atMs) ?? 0, cleanedAtMs: atMs, cleanedBy: by };
  }
  const { cleanedAtMs } = data;
  return {
    elapsedMs: (cleanedAtMs === undefined ? undefined : since(cleanedAtMs)) ?? data.elapsedMs,
    ...(cleanedAtMs === undefined ? {} : { cleanedAtMs }),
    ...(cleanedBy === UNKNOWN ? {} : { cleanedBy }),
  };
}
