import type Database from 'better-sqlite3';
import { AuditBody } from '@lineside/protocol';
import type { DerivedTable, Journal, WrittenRecord } from '../journal/index.ts';
import type { Stream } from '@lineside/protocol/records';

/** That a person has seen an event. */
export interface Acknowledgement {
  readonly by: string;
  /** Wall ms. */
  readonly atMs: number;
  readonly note?: string;
}

const ACTION = 'event_acknowledged';
/** Not part of the journal's format: a journal that was salvaged without it has the records of the audit. */
const TABLE = `CREATE TABLE IF NOT EXISTS event_acknowledged(
  event TEXT PRIMARY KEY, who TEXT NOT NULL, wall_ms INTEGER NOT NULL, note TEXT NOT NULL) STRICT, WITHOUT ROWID`;

interface Row {
  readonly who: string;
  readonly wall_ms: number;
  readonly note: string;
}

/** Who has acknowledged which event: a record of the audit each, and a table that goes with the events. */
export class Acknowledgements implements DerivedTable {
  readonly #journal: Journal;
  readonly #isComplete: () => boolean;
  readonly #ofEvent: Database.Statement<[string], Row>;
  readonly #insert: Database.Statement<[string, string, number, string]>;
  readonly #forget: Database.Statement<[]>;

  private constructor(journal: Journal, isComplete: () => boolean) {
    const { database } = journal;
    database.exec(TABLE);
    this.#journal = journal;
    this.#isComplete = isComplete;
    this.#ofEvent = database.prepare('SELECT who, wall_ms, note FROM event_acknowledged WHERE event = ?');
    this.#insert = database.prepare('INSERT OR IGNORE INTO event_acknowledged VALUES (?, ?, ?, ?)');
    this.#forget = database.prepare(
      'DELETE FROM event_acknowledged WHERE event NOT IN (SELECT event FROM event_summary)',
    );
  }

  /** `isComplete`: whether the table of events has all events, so that what is not in it is gone. */
  static open(journal: Journal, isComplete: () => boolean): Acknowledgements {
    const table = new Acknowledgements(journal, isComplete);
    journal.derive(table);
    return table;
  }

  of(event: string): Acknowledgement | undefined {
    const row = this.#ofEvent.get(event);
    if (row === undefined) return undefined;
    return { by: row.who, atMs: row.wall_ms, ...(row.note === '' ? {} : { note: row.note }) };
  }

  /** Records it; the first acknowledgement of an event stays. Throws JournalError where it cannot be written. */
  add(event: string, by: string, note = ''): Acknowledgement | undefined {
    if (this.of(event) === undefined) {
      const body: AuditBody = { action: ACTION, who: by, details: { event, ...(note === '' ? {} : { note }) } };
      this.#journal.append([{ stream: 'audit', kind: 'audit', body }]);
    }
    return this.of(event);
  }

  written({ stream, kind, wallMs, body }: WrittenRecord): void {
    if (stream !== 'audit' || kind !== 'audit') return;
    const { data } = AuditBody.safeParse(body);
    const event = data?.details?.['event'];
    if (data?.action !== ACTION || typeof event !== 'string') return;
    this.#insert.run(event, data.who, wallMs, String(data.details?.['note'] ?? ''));
  }

  dropping(stream: Stream): void {
    if (stream === 'events' && this.#isComplete()) this.#forget.run();
  }
}
