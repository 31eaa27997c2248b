import {
  type Clock,
  keepDelivering,
  type Logger,
  LogThrottle,
  readKept,
  type Service,
  writeFileAtomic,
} from '@lineside/kit';
import { z } from 'zod';
import { ActualsLedger, type ActualsRow } from './actuals-ledger.ts';
import { problemOf } from './plant-database.ts';
import { readProductionBody } from './production-body.ts';
import type { ProductionJournal, ProductionRecords } from './production-records.ts';

export interface ActualsWriterOptions {
  readonly records: ProductionRecords;
  /** Writes rows, all or none; the same again changes nothing. */
  readonly write: (rows: readonly ActualsRow[], signal: AbortSignal) => Promise<void>;
  readonly everyMs: number;
  /** Where is kept from where on each journal is read after a restart. */
  readonly keptAt: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly random: () => number;
}

const FIRST_RETRY_MS = 1000;
const MAX_RETRY_MS = 300_000;
const LOG_EVERY_MS = 3_600_000;
/** Rows of one statement. */
const ROWS = 500;
/** Between two pages the collector commits batches. */
const PAUSE_MS = 5;

const Kept = z.record(z.string(), z.int().min(0));

/**
 * Gives what was made to a table of the plant until it is there. What is due follows from the stored records, which are read in
 * the order of each journal and up to the first number that is still missing; a kept mark says from where on they are read
 * after a restart, so that shifts that go on are whole. Without the mark all is read and written again, which changes nothing.
 */
export class ActualsWriter implements Service {
  readonly name = 'actuals for the plant';
  readonly #options: ActualsWriterOptions;
  readonly #throttle: LogThrottle;
  readonly #ledger = new ActualsLedger();
  /** By journal the last number that was read since this start. */
  readonly #read = new Map<number, number>();
  /** By device and epoch what `keptAt` has. */
  #kept: Readonly<Record<string, number>>;
  #problem: string | undefined;
  #deliveredAtMs: number | undefined;
  #unread = 0;

  constructor(options: ActualsWriterOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
    const kept = readKept(
      options.keptAt,
      (value) => Kept.parse(value),
      (error) => options.log.warn({ error }, 'how far actuals were written is not known; all are written again'),
    );
    this.#kept = kept ?? {};
  }

  /** What waits, why, when rows were written last, and how many records could not be read. */
  get state() {
    const { dueCount } = this.#ledger;
    return { due: dueCount, problem: this.#problem, deliveredAtMs: this.#deliveredAtMs, unread: this.#unread };
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, everyMs, random } = this.#options;
    const pace = { everyMs, firstRetryMs: FIRST_RETRY_MS, maxRetryMs: MAX_RETRY_MS, clock, random };
    await keepDelivering((until) => this.deliver(until), pace, signal);
  }

  /** Reads what is new and writes what is due; true where all of it is in the table. */
  async deliver(signal: AbortSignal): Promise<boolean> {
    const { records, clock, log } = this.#options;
    try {
      const journals = await records.journals();
      for (const journal of journals) {
        while (!signal.aborted && this.#positionOf(journal) < journal.upto) {
          await this.#readPage(journal);
          if (this.#ledger.isFull) await this.#writeDue(signal);
          await clock.sleep(PAUSE_MS, signal);
        }
      }
      await this.#writeDue(signal);
      await this.#keep(journals);
      this.#problem = undefined;
      return true;
    } catch (error) {
      if (signal.aborted) return false;
      this.#problem = problemOf(error);
      const count = this.#throttle.due(this.#problem);
      const facts = { error: this.#problem, due: this.#ledger.dueCount, count };
      if (count !== undefined) log.warn(facts, 'what was made cannot be written to the plant yet');
      return false;
    }
  }

  #positionOf({ journal, device, epoch }: ProductionJournal): number {
    return this.#read.get(journal) ?? this.#kept[keyOf({ device, epoch })] ?? 0;
  }

  async #readPage(journal: ProductionJournal): Promise<void> {
    const { records, log } = this.#options;
    const page = await records.page(journal.journal, this.#positionOf(journal), journal.upto);
    for (const { seq, receivedMs, json } of page.records) {
      const body = readProductionBody(json);
      if (body !== undefined && this.#ledger.add(journal, { seq, receivedMs, body })) continue;
      this.#unread += 1;
      const count = this.#throttle.due(journal.device);
      const facts = { device: journal.device, seq, count };
      if (count !== undefined) log.warn(facts, 'a record of the production cannot be given to the plant');
    }
    this.#read.set(journal.journal, page.throughSeq);
  }

  async #writeDue(signal: AbortSignal): Promise<void> {
    for (;;) {
      const rows = this.#ledger.due(ROWS);
      if (rows.length === 0 || signal.aborted) return;
      await this.#options.write(rows, signal);
      this.#ledger.delivered(rows);
      this.#deliveredAtMs = this.#options.clock.wallMs();
    }
  }

  async #keep(journals: readonly ProductionJournal[]): Promise<void> {
    const marks = journals.map((journal) => {
      const first = this.#ledger.firstOf(journal.journal);
      return [keyOf(journal), first === undefined ? this.#positionOf(journal) : first - 1] as const;
    });
    const kept = Object.fromEntries(marks);
    if (JSON.stringify(kept) === JSON.stringify(this.#kept)) return;
    await writeFileAtomic(this.#options.keptAt, JSON.stringify(kept));
    this.#kept = kept;
  }
}

function keyOf({ device, epoch }: Pick<ProductionJournal, 'device' | 'epoch'>): string {
  return `${device} ${epoch}`;
}
