import type Database from 'better-sqlite3';
import { type Clock, isAbort } from '@lineside/kit';
import {
  clipsOf,
  derivedBase,
  derivedTables,
  hasDerivedTables,
  JournalReader,
  openForReading,
} from '../journal/reading.ts';
import type { EventFilter, EventPage } from './event-filter.ts';
import { EventQuery } from './event-query.ts';
import { type EventSummary, eventSummary, summariseAll, type Transition, transitionOf } from './event-summary.ts';
import { EventTableRows } from './event-table-rows.ts';

const CHUNK = 500;
const POLL_MS = 250;

/**
 * Opens the events of a journal for reading, beside a running service or without one. Where the table of events lags
 * behind the records (an older version wrote them), one is made in memory for this reader.
 * Throws `journal_absent` and its like.
 */
export function openEventReader(path: string): EventReader {
  const database = openForReading(path);
  try {
    if (!isCurrent(database)) fillTemporaryTable(database);
    return new EventReader(database);
  } catch (error) {
    database.close();
    throw error;
  }
}

/** Events of a journal as people ask for them. */
export class EventReader {
  readonly #journal: JournalReader;
  readonly #database: Database.Database;
  readonly #query: EventQuery;
  readonly #ofEvent: Database.Statement<[string], string>;
  readonly #startingWith: Database.Statement<[string, string], string>;

  constructor(database: Database.Database) {
    this.#database = database;
    this.#journal = new JournalReader(database);
    this.#query = new EventQuery(database);
    // Spelled as the index is, or SQLite would read every row.
    const indexed = "FROM record_events WHERE kind <> 'tombstone' AND json ->> '$.b.event'";
    this.#ofEvent = database.prepare<[string], string>(`SELECT json ${indexed} = ? ORDER BY seq`).pluck();
    this.#startingWith = database
      .prepare<[string, string], string>(
        `SELECT DISTINCT json ->> '$.b.event' ${indexed} >= ? AND json ->> '$.b.event' < ? LIMIT 2`,
      )
      .pluck();
  }

  /** The newest events that fit, newest first. */
  list(limit: number, filter: EventFilter = {}): readonly EventSummary[] {
    return this.#query.page(filter, limit).events;
  }

  /** The same page by page; `before` is the `next` of the page before. */
  page(limit: number, filter: EventFilter = {}, before?: number): EventPage {
    return this.#query.page(filter, limit, before);
  }

  /** The event whose id is or begins with `id`, and its transitions; undefined where none or several do. */
  show(id: string): { readonly event: EventSummary; readonly transitions: readonly Transition[] } | undefined {
    const [found, other] = this.#startingWith.all(id, `${id}\u{ffff}`);
    if (found === undefined || other !== undefined) return undefined;
    const transitions = this.transitions(found);
    const summary = summariseAll(transitions);
    return summary === undefined ? undefined : { event: eventSummary(summary), transitions };
  }

  /** SHA-256 of the clips of an event that are on this device, oldest first. */
  clips(event: string): readonly string[] {
    return clipsOf(this.#database, event);
  }

  /** The transitions of one event that are held, oldest first. */
  transitions(event: string): readonly Transition[] {
    return this.#ofEvent.all(event).flatMap((json) => transitionOf(json) ?? []);
  }

  /** Every event that fits, oldest first; reads in short steps. */
  events(filter: EventFilter = {}): Generator<EventSummary> {
    return this.#query.each(filter);
  }

  /** Transitions as they are written, after the newest there is now, until the signal aborts. */
  async *tail(signal: AbortSignal, clock: Clock): AsyncGenerator<Transition> {
    let from = this.#journal.stats().events?.next ?? 1;
    while (!signal.aborted) {
      for (const { seq, json } of this.#journal.records('events', from)) {
        from = seq + 1;
        const transition = transitionOf(json);
        if (transition !== undefined) yield transition;
      }
      await clock.sleep(POLL_MS, signal).catch(unlessAbort);
    }
  }

  close(): void {
    this.#journal.close();
  }
}

/** Whether the table of events includes every record of an event that the journal holds. */
function isCurrent(database: Database.Database): boolean {
  return database
    .transaction(() => {
      if (!hasDerivedTables(database)) return false;
      const base = database
        .prepare<[], number>("SELECT base_seq FROM stream_head WHERE stream = 'events'")
        .pluck()
        .get();
      if (base !== derivedBase(database)) return false;
      const last = database
        .prepare<[], number>("SELECT seq FROM record_events WHERE kind = 'event' ORDER BY seq DESC LIMIT 1")
        .pluck()
        .get();
      return new EventTableRows(database).latest() >= (last ?? 0);
    })
    .deferred();
}

function fillTemporaryTable(database: Database.Database): void {
  database.pragma('temp_store = MEMORY');
  database.exec(derivedTables('temp'));
  const rows = new EventTableRows(database);
  const records = new JournalReader(database).records('events');
  let chunk: Transition[] = [];
  for (const { json } of records) {
    chunk.push(...[transitionOf(json) ?? []].flat());
    if (chunk.length < CHUNK) continue;
    rows.add(chunk);
    chunk = [];
  }
  rows.add(chunk);
}

function unlessAbort(thrown: unknown): void {
  if (!isAbort(thrown)) throw thrown;
}
