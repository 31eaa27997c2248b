import { z } from 'zod';
import type { RuleMemory } from '../rule-definition.ts';
import { TimeSince } from '../time-since.ts';
import { type ServiceFacts, serviceFacts, type ServiceLimits, type Wear } from './due.ts';

/** What is kept of the last service when the process ends. Wall times in milliseconds since 1970. */
const Stored = z.object({
  /** When the last service was; absent while the wall clock was not trusted. */
  servicedAtMs: z.number().optional(),
  /** How long ago that was when this was written. */
  elapsedMs: z.number().min(0),
  /** How long the machine has run since. */
  runningMs: z.number().min(0),
  /** How far its counter has risen since. */
  count: z.number().min(0),
  /** What the counter showed last. */
  counter: z.number().optional(),
  servicedBy: z.string(),
  /** What a person confirmed since, and the rule has not taken in yet. */
  confirmation: z.object({ by: z.string(), atMs: z.number() }).optional(),
});
type Stored = z.output<typeof Stored>;

/** What stands for the person where nothing is known of any service. */
export const UNKNOWN = 'unknown';
/** It is written at least this often, so that little running time is lost with the power. */
const WRITE_EVERY_MS = 600_000;
/** Between two looks that are further apart nobody knows whether the machine ran. */
const LONGEST_STEP_MS = 10_000;
/** A counter that shows less than this part of what it showed has begun again; a smaller step back is a correction. */
const RESTARTED = 0.5;

/** What has come together since the last service. Before anything is known, the first start counts as one. */
export class ServiceState {
  readonly #memory: RuleMemory | undefined;
  readonly #since: TimeSince;
  #servicedBy: string;
  #runningMs: number;
  #count: number;
  #counter: number | undefined;
  /** Where it stood when it began again from a lower value. */
  #fallen: { readonly counter: number; readonly count: number } | undefined;
  /** When the machine was last seen to run, on the clock of the frames. */
  #ranAtMs: number | undefined;
  #writtenMs = Number.NEGATIVE_INFINITY;

  constructor(memory: RuleMemory | undefined) {
    this.#memory = memory;
    const stored = this.#read();
    this.#since = new TimeSince({ doneAtMs: stored?.servicedAtMs, elapsedMs: stored?.elapsedMs ?? 0 });
    this.#servicedBy = stored?.servicedBy ?? UNKNOWN;
    this.#runningMs = stored?.runningMs ?? 0;
    this.#count = stored?.count ?? 0;
    this.#counter = stored?.counter;
  }

  get wear(): Wear {
    return { elapsedMs: this.#since.elapsedMs, runningMs: this.#runningMs, count: this.#count };
  }

  /** The name of who confirmed the last service, or `unknown`. */
  get servicedBy(): string {
    return this.#servicedBy;
  }

  /**
   * Time has passed up to `atMs`. `wallMs` is undefined where the wall clock is not trusted, `counter` where it is not
   * known; `isRunning` only where the machine is known to run.
   */
  see(
    atMs: number,
    { wallMs, isRunning, counter }: { wallMs: number | undefined; isRunning: boolean; counter: number | undefined },
  ): void {
    this.#since.elapse(atMs, wallMs);
    const ranMs = isRunning && this.#ranAtMs !== undefined ? atMs - this.#ranAtMs : 0;
    if (ranMs > 0 && ranMs <= LONGEST_STEP_MS) this.#runningMs += ranMs;
    this.#ranAtMs = isRunning ? atMs : undefined;
    this.#rise(counter);
    const { confirmation } = this.#read() ?? {};
    if (confirmation !== undefined) {
      this.#since.restartAt(confirmation.atMs, wallMs);
      this.#servicedBy = confirmation.by;
      [this.#runningMs, this.#count] = [0, 0];
    }
    if (confirmation !== undefined || atMs - this.#writtenMs >= WRITE_EVERY_MS || atMs < this.#writtenMs) {
      this.#keep(atMs, undefined);
    }
  }

  /** What a person has confirmed since the last look stays for the next one. */
  write(atMs: number): void {
    this.#keep(atMs, this.#read()?.confirmation);
  }

  #keep(atMs: number, confirmation: Stored['confirmation']): void {
    this.#writtenMs = atMs;
    const { doneAtMs, elapsedMs } = this.#since.facts;
    this.#memory?.set({
      ...(doneAtMs === undefined ? {} : { servicedAtMs: doneAtMs }),
      ...{ elapsedMs, runningMs: this.#runningMs, count: this.#count, servicedBy: this.#servicedBy },
      ...(this.#counter === undefined ? {} : { counter: this.#counter }),
      ...(confirmation === undefined ? {} : { confirmation }),
    } satisfies Stored);
  }

  /** What it counted while the process did not run counts too. */
  #rise(counter: number | undefined): void {
    if (counter === undefined || counter < 0) return;
    const before = this.#counter ?? counter;
    const fallen = this.#fallen;
    this.#counter = counter;
    if (counter < RESTARTED * before) {
      this.#fallen = { counter: before, count: this.#count };
      this.#count += counter;
    } else if (fallen !== undefined && counter >= fallen.counter && before < RESTARTED * fallen.counter) {
      // It is back at once where it stood: a controller that starts shows 0 until it has loaded its counters.
      this.#fallen = undefined;
      this.#count = fallen.count + counter - fallen.counter;
    } else if (counter > before) {
      this.#count += counter - before;
    }
  }

  #read(): Stored | undefined {
    const { success, data } = Stored.safeParse(this.#memory?.get());
    return success ? data : undefined;
  }
}

/** What is kept of a rule after a person confirmed a service. `stored`: what was kept before. */
export function withService(stored: unknown, by: string, atMs: number): Readonly<Record<string, unknown>> {
  const { success, data } = Stored.safeParse(stored);
  const before = success ? data : { elapsedMs: 0, runningMs: 0, count: 0, servicedBy: UNKNOWN };
  return { ...before, confirmation: { by, atMs } };
}

/** What has come together by what is kept of a rule, and the last service. */
export interface KeptService {
  readonly wear: Wear;
  /** When the last service was; at first that of the first start. Absent while the wall clock was not trusted. */
  readonly servicedAtMs?: number;
  /** Absent where nobody has confirmed one yet. */
  readonly servicedBy?: string;
}

/**
 * What is kept of a rule; undefined where that is nothing yet. Running time and counts are those of when it was written last.
 * `wallMs`: the time now, where the wall clock is trusted. A service that the rule has not taken in yet counts already.
 */
export function keptService(stored: unknown, wallMs?: number): KeptService | undefined {
  const { success, data } = Stored.safeParse(stored);
  if (!success) return undefined;
  const { confirmation, servicedBy, runningMs, count } = data;
  const since = (atMs: number): number | undefined => (wallMs === undefined ? undefined : Math.max(0, wallMs - atMs));
  if (confirmation !== undefined) {
    const { by, atMs } = confirmation;
    return { wear: { elapsedMs: since(atMs) ?? 0, runningMs: 0, count: 0 }, servicedAtMs: atMs, servicedBy: by };
  }
  const { servicedAtMs } = data;
  const elapsedMs = (servicedAtMs === undefined ? undefined : since(servicedAtMs)) ?? data.elapsedMs;
  return {
    wear: { elapsedMs, runningMs, count },
    ...(servicedAtMs === undefined ? {} : { servicedAtMs }),
    ...(servicedBy === UNKNOWN ? {} : { servicedBy }),
  };
}

/** How near the next service was when the rule wrote last; undefined where it has not yet. */
export function serviceOf(options: ServiceLimits, stored: unknown): ServiceFacts | undefined {
  const kept = keptService(stored);
  return kept === undefined ? undefined : serviceFacts(options, kept.wear);
}
