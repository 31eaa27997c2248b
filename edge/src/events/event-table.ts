import type Database from 'better-sqlite3';
import { readEventBody, type Stream } from '@lineside/protocol/records';
import type { Logger } from '@lineside/kit';
import { type DerivedTable, derivedBase, type Journal, noteDerivedBase, type WrittenRecord } from '../journal/index.ts';
import { transitionOf } from './event-summary.ts';
import { EventTableRows } from './event-table-rows.ts';
import { EVENT_RECORD } from './record-kinds.ts';

/** How far the table includes the records of stream `events`. */
export interface FillProgress {
  readonly complete: boolean;
  /** Highest number that is included, and the highest that there is. */
  readonly filledTo: number;
  readonly total: number;
}

const STEP = 2_000;
/** Records that are added while the journal is opened; more of them are left to EventTableFill. */
const AT_OPENING = 8 * STEP;

/**
 * Keeps the summaries of all events that the journal holds, in the transactions that write and delete their records.
 * A journal that has none yet (an older version wrote it, or it was recovered) is filled from the records: at once
 * where they are few, else in steps by EventTableFill. Until that is complete, new events are added by the fill too.
 */
export class EventTable implements DerivedTable {
  readonly #journal: Journal;
  readonly #rows: EventTableRows;
  readonly #recordsAfter: Database.Statement<[number, number], { readonly seq: number; readonly json: string }>;
  readonly #onComplete: (() => void)[] = [];
  #filledTo = 0;
  #complete = false;

  private constructor(journal: Journal) {
    this.#journal = journal;
    this.#rows = new EventTableRows(journal.database);
    this.#recordsAfter = journal.database.prepare(
      'SELECT seq, json FROM record_events WHERE seq > ? ORDER BY seq LIMIT ?',
    );
  }

  /** Brings the table up to date with what was written without it, and keeps it so from now on. */
  static open(journal: Journal, log: Logger): EventTable {
    const table = new EventTable(journal);
    table.#begin(log);
    journal.derive(table);
    return table;
  }

  get progress(): FillProgress {
    const total = this.#journal.ends().events.seq;
    return { complete: this.#complete, filledTo: this.#complete ? total : this.#filledTo, total };
  }

  /** Calls `listener` once the table is complete: now, when it is. */
  whenComplete(listener: () => void): void {
    if (this.#complete) listener();
    else this.#onComplete.push(listener);
  }

  written({ stream, kind, seq, wallMs, clock, body }: WrittenRecord): void {
    if (!this.#complete || stream !== 'events' || kind !== EVENT_RECORD) return;
    const parsed = readEventBody(body);
    if (parsed !== undefined) this.#rows.add([{ seq, wallMs, clock, body: parsed }]);
  }

  dropping(stream: Stream, upto: number): void {
    if (stream !== 'events') return;
    this.#rows.remove(upto);
    noteDerivedBase(this.#journal.database, upto);
  }

  /** Adds at most `limit` records, in one transaction. True when nothing is left to add. */
  fill(limit = STEP): boolean {
    if (this.#complete) return true;
    const reached = this.#journal.transact(() => {
      const records = this.#recordsAfter.all(this.#filledTo, limit);
      this.#rows.add(records.flatMap(({ json }) => transitionOf(json) ?? []));
      return { upto: records.at(-1)?.seq ?? this.#filledTo, end: records.length < limit };
    });
    this.#filledTo = reached.upto;
    this.#complete = reached.end;
    if (reached.end) for (const listener of this.#onComplete.splice(0)) listener();
    return reached.end;
  }

  /** Empties the table and fills it from the records. */
  rebuild(): void {
    this.#journal.transact(() => this.#rows.clear());
    this.#complete = false;
    this.#filledTo = 0;
    while (!this.fill());
  }

  #begin(log: Logger): void {
    this.#dropDeletedMeanwhile();
    this.#filledTo = this.#rows.latest();
    const { total } = this.progress;
    if (total - this.#filledTo > AT_OPENING) {
      log.info({ filledTo: this.#filledTo, total }, 'the table of events is being filled from the journal');
      return;
    }
    while (!this.fill());
  }

  /** What was deleted without this table, by an older version, has moved the base of the stream. */
  #dropDeletedMeanwhile(): void {
    const { first } = this.#journal.stats().events;
    if (derivedBase(this.#journal.database) === first - 1) return;
    this.#journal.transact(() => {
      if (this.#rows.latest() > 0) this.#rows.removeDeleted(first - 1);
      noteDerivedBase(this.#journal.database, first - 1);
    });
  }
}
