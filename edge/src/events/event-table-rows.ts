import type Database from 'better-sqlite3';
import {
  eventSummary,
  extendSummary,
  type StoredSummary,
  summariseAll,
  type Transition,
  transitionOf,
} from './event-summary.ts';

interface SummaryRow {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly transitions: number;
  readonly summary: string;
}

/**
 * Writes event summaries: tables `event_summary`, one row an event under the number of its latest record, and
 * `event_source`, one row for each combination of kind, severity, camera, zone, rule and its type. Transactions are the caller's.
 */
export class EventTableRows {
  readonly #ofEvent: Database.Statement<[string], SummaryRow>;
  readonly #insert: Database.Statement<[object]>;
  readonly #update: Database.Statement<[object]>;
  readonly #findSource: Database.Statement<[object], number>;
  readonly #addSource: Database.Statement<[object], number>;
  readonly #deleteUpTo: Database.Statement<[number]>;
  readonly #cutEvents: Database.Statement<[number, number], string>;
  readonly #records: Database.Statement<[string, number, number], string>;
  readonly #latest: Database.Statement<[], number | null>;
  readonly #database: Database.Database;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#ofEvent = database.prepare(
      'SELECT first_seq, last_seq, transitions, summary FROM event_summary WHERE event = ?',
    );
    this.#insert = database.prepare(`INSERT INTO event_summary
      VALUES (@lastSeq, @firstSeq, @transitions, @event, @source, @openedMs, @updatedMs, @closed, @summary)`);
    this.#update = database.prepare(`UPDATE event_summary SET last_seq = @lastSeq, first_seq = @firstSeq,
      transitions = @transitions, source = @source, opened_ms = @openedMs, updated_ms = @updatedMs, closed = @closed,
      summary = @summary WHERE event = @event`);
    this.#findSource = database
      .prepare<[object], number>(
        `SELECT id FROM event_source
         WHERE kind = @kind AND severity = @severity AND camera = @camera AND zone = @zone AND rule = @rule
           AND rule_type = @ruleType`,
      )
      .pluck();
    this.#addSource = database
      .prepare<[object], number>(
        `INSERT INTO event_source(kind, severity, camera, zone, rule, rule_type)
         VALUES (@kind, @severity, @camera, @zone, @rule, @ruleType) RETURNING id`,
      )
      .pluck();
    this.#deleteUpTo = database.prepare('DELETE FROM event_summary WHERE last_seq <= ?');
    // Events with records on both sides of a number. The condition on the record is spelled as its index is.
    this.#cutEvents = database
      .prepare<[number, number], string>(
        `SELECT event FROM event_summary WHERE last_seq > ? AND event IN
           (SELECT json ->> '$.b.event' FROM record_events WHERE seq <= ? AND kind <> 'tombstone')`,
      )
      .pluck();
    this.#records = database
      .prepare<[string, number, number], string>(
        `SELECT json FROM record_events WHERE kind <> 'tombstone' AND json ->> '$.b.event' = ?
         AND seq > ? AND seq <= ? ORDER BY seq`,
      )
      .pluck();
    this.#latest = database.prepare<[], number | null>('SELECT max(last_seq) FROM event_summary').pluck();
  }

  /** Highest number that a summary includes; 0 where there is none. */
  latest(): number {
    return this.#latest.get() ?? 0;
  }

  /** Adds transitions in the order of their numbers, all above `latest()`. */
  add(transitions: Iterable<Transition>): void {
    const changed = new Map<string, { readonly known: boolean; readonly stored: StoredSummary }>();
    for (const transition of transitions) {
      const { event } = transition.body;
      const before = changed.get(event) ?? this.#read(event);
      changed.set(event, { known: before?.known ?? false, stored: extendSummary(before?.stored, transition) });
    }
    for (const { known, stored } of changed.values()) this.#write(stored, known);
  }

  /** Takes out what records up to `upto` have added; they must still be there. */
  remove(upto: number): void {
    this.#deleteUpTo.run(upto);
    this.#recount(this.#cutEvents.all(upto, upto), upto);
  }

  /** The same where those records are gone already; reads every row. */
  removeDeleted(upto: number): void {
    this.#deleteUpTo.run(upto);
    const cut = this.#database
      .prepare<[number], string>('SELECT event FROM event_summary WHERE first_seq <= ?')
      .pluck();
    this.#recount(cut.all(upto), upto);
  }

  /** Puts together again what is left of each event above `upto`. */
  #recount(events: readonly string[], upto: number): void {
    for (const event of events) {
      const row = this.#ofEvent.get(event);
      if (row === undefined) continue;
      const left = this.#records.all(event, upto, row.last_seq).flatMap((json) => transitionOf(json) ?? []);
      const stored = summariseAll(left);
      if (stored !== undefined) this.#write(stored, true);
    }
  }

  clear(): void {
    this.#database.exec('DELETE FROM event_summary; DELETE FROM event_source');
  }

  #read(event: string): { readonly known: boolean; readonly stored: StoredSummary } | undefined {
    const row = this.#ofEvent.get(event);
    return row === undefined ? undefined : { known: true, stored: storedSummary(row) };
  }

  #write(stored: StoredSummary, known: boolean): void {
    const { summary, firstSeq, transitions } = stored;
    const { kind, severity, camera, zone = '', rule, ruleType = '' } = summary;
    const source = { kind, severity, camera, zone, rule, ruleType };
    (known ? this.#update : this.#insert).run({
      lastSeq: summary.latest.seq,
      firstSeq,
      transitions,
      event: summary.event,
      source: this.#findSource.get(source) ?? this.#addSource.get(source),
      // As it is listed, because lists are ordered by it.
      openedMs: Math.round(eventSummary(stored).openedAtMs),
      updatedMs: Math.round(summary.updatedAtMs),
      closed: summary.state === 'closed' ? 1 : 0,
      summary: JSON.stringify(summary),
    });
  }
}

/** A row of `event_summary` as it was stored. */
export function storedSummary(row: Pick<SummaryRow, 'first_seq' | 'transitions' | 'summary'>): StoredSummary {
  // Written by this module only, and dropped with its version: not parsed against a schema again.
  const summary = JSON.parse(row.summary) as StoredSummary['summary'];
  return { summary, firstSeq: row.first_seq, transitions: row.transitions };
}
