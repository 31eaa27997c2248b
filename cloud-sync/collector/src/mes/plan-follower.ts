import { createHash } from 'node:crypto';
import {
  type Clock,
  type Logger,
  LogThrottle,
  readKept,
  type Service,
  unlessAbort,
  writeFileAtomic,
} from '@lineside/kit';
import { z } from 'zod';
import { type LineNames, lineOf } from './line-names.ts';
import { lineKey, type PlanByLine, PlanRefusal } from './plan-rows.ts';
import { problemOf } from './plant-database.ts';

export interface PlanFollowerOptions {
  /** Reads all plans once; rejects with PlanRefusal where they have a mistake. */
  readonly read: (signal: AbortSignal) => Promise<PlanByLine>;
  readonly everyMs: number;
  readonly lines: LineNames;
  /** Where the plans in force are kept over a restart. */
  readonly keptAt: string;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The plan of one device, in the form that its `production.planFrom` reads. */
export interface PlanDocument {
  readonly body: string;
  /** A strong validator, with its quotes. */
  readonly etag: string;
}

const LOG_EVERY_MS = 3_600_000;

const Planned = z.object({
  date: z.string().optional(),
  shift: z.string().optional(),
  product: z.string().optional(),
  name: z.string().optional(),
  count: z.number(),
  weight: z.number().optional(),
  under: z.number().optional(),
  over: z.number().optional(),
});
const Kept = z.object({ readAtMs: z.number(), lines: z.array(z.tuple([z.string(), z.array(Planned)])) });

/** Reads the plans again and again, and keeps the last good ones, over a restart too. */
export class PlanFollower implements Service {
  readonly name = 'plans of the plant';
  readonly #options: PlanFollowerOptions;
  readonly #throttle: LogThrottle;
  #plans: PlanByLine | undefined;
  #text = '';
  #readAtMs: number | undefined;
  #problem: string | undefined;

  constructor(options: PlanFollowerOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
    const kept = readKept(
      options.keptAt,
      (value) => Kept.parse(value),
      (error) => options.log.warn({ error }, 'the kept plans cannot be read; they are read again from the plant'),
    );
    if (kept === undefined) return;
    const { readAtMs, lines } = kept;
    [this.#plans, this.#text, this.#readAtMs] = [new Map(lines), JSON.stringify(lines), readAtMs];
  }

  /** When the plans in force were read, how many rows they have, and why the plant's cannot be taken now. */
  get state() {
    const rows = [...(this.#plans?.values() ?? [])].reduce((sum, { length }) => sum + length, 0);
    return { readAtMs: this.#readAtMs, lines: this.#plans?.size ?? 0, rows, problem: this.#problem };
  }

  async run(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      await this.look(signal);
      await this.#options.clock.sleep(this.#options.everyMs, signal).catch(unlessAbort);
    }
  }

  /** Reads the plans once. */
  async look(signal: AbortSignal): Promise<void> {
    const { read, keptAt, clock, log } = this.#options;
    try {
      const plans = await read(signal);
      const lines = [...plans].toSorted(([a], [b]) => (a < b ? -1 : 1));
      const text = JSON.stringify(lines);
      const isNew = text !== this.#text;
      if (isNew) await writeFileAtomic(keptAt, JSON.stringify({ readAtMs: clock.wallMs(), lines }));
      [this.#plans, this.#text, this.#readAtMs, this.#problem] = [plans, text, clock.wallMs(), undefined];
      if (isNew) log.info({ lines: this.state.lines, rows: this.state.rows }, 'the plans of the plant were read');
    } catch (error) {
      if (signal.aborted) return;
      const problem = error instanceof PlanRefusal ? error.message : problemOf(error);
      this.#problem = problem;
      const count = this.#throttle.due(problem);
      if (count !== undefined)
        log.warn({ error: problem, count }, 'the plans of the plant cannot be taken; the last good ones stay');
    }
  }

  /** The plan of a device, empty where none of its line exists; undefined while none was ever read. */
  of(device: string): PlanDocument | undefined {
    if (this.#plans === undefined) return undefined;
    const body = JSON.stringify({ plan: this.#plans.get(lineKey(lineOf(device, this.#options.lines))) ?? [] });
    return { body, etag: `"${createHash('sha256').update(body).digest('hex').slice(0, 32)}"` };
  }
}
