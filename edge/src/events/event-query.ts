import type { SeqRange } from '@lineside/protocol/records';
import type Database from 'better-sqlite3';
import type { EventFilter, EventPage } from './event-filter.ts';
import { type EventSummary, eventSummary } from './event-summary.ts';
import { storedSummary } from './event-table-rows.ts';

interface Row {
  readonly first_seq: number;
  readonly last_seq: number;
  readonly transitions: number;
  readonly summary: string;
}

const COLUMNS = 'first_seq, last_seq, transitions, summary';
const CHUNK = 500;
/** Filters that the table of sources answers, and their columns. */
const SOURCE_FILTERS = [
  ['kind', 'kind'],
  ['severity', 'severity'],
  ['camera', 'camera'],
  ['zone', 'zone'],
  ['rule', 'rule'],
  ['ruleType', 'rule_type'],
] as const;

/**
 * Reads the table of events. Each filter is answered from an index: a filter without matches costs as little as one
 * with many. The order is that of the latest records, so a page never holds an event twice.
 */
export class EventQuery {
  readonly #database: Database.Database;
  readonly #lowest: Database.Statement<[number], number | null>;
  readonly #highest: Database.Statement<[number], number | null>;

  constructor(database: Database.Database) {
    this.#database = database;
    // Left to itself, SQLite would look for the lowest number row by row.
    this.#lowest = database
      .prepare<[number], number | null>(
        'SELECT min(last_seq) FROM event_summary INDEXED BY event_summary_updated WHERE updated_ms >= ?',
      )
      .pluck();
    this.#highest = database
      .prepare<[number], number | null>(
        'SELECT max(last_seq) FROM event_summary INDEXED BY event_summary_opened WHERE opened_ms <= ?',
      )
      .pluck();
  }

  /** The newest events that fit, newest first: at most `limit`, of those whose latest record is below `before`. */
  page(filter: EventFilter, limit: number, before = Number.MAX_SAFE_INTEGER): EventPage {
    const rows = this.#newest(filter, limit + 1, before);
    const events = rows.slice(0, limit).map((row) => eventSummary(storedSummary(row)));
    const next = rows.length > limit ? events.at(-1)?.lastSeq : undefined;
    return next === undefined ? { events } : { events, next };
  }

  /** Every event that fits, in the order of their opening, as far as the clock tells it; reads in short steps. */
  *each(filter: EventFilter): Generator<EventSummary> {
    const sources = this.#sources(filter);
    if (sources?.length === 0) return;
    const { sql, values } = conditions(filter);
    const ofSource = sources === undefined ? '' : `AND +source IN (${sources.join(', ')})`;
    const chunk = this.#database.prepare<unknown[], Row & { readonly opened_ms: number }>(
      `SELECT ${COLUMNS}, opened_ms FROM event_summary WHERE (opened_ms, first_seq) > (?, ?) ${ofSource} ${sql}
       ORDER BY opened_ms, first_seq LIMIT ${CHUNK}`,
    );
    let after: readonly [openedMs: number, firstSeq: number] = [Number.MIN_SAFE_INTEGER, 0];
    for (;;) {
      const rows = chunk.all(...after, ...values);
      for (const row of rows) yield eventSummary(storedSummary(row));
      const last = rows.at(-1);
      if (last === undefined || rows.length < CHUNK) return;
      after = [last.opened_ms, last.first_seq];
    }
  }

  #newest(filter: EventFilter, limit: number, before: number): readonly Row[] {
    const sources = this.#sources(filter);
    const span = this.#span(filter, before);
    if (sources?.length === 0 || span === undefined) return [];
    if (filter.state === 'open') return this.#openOnes(filter, sources, span, limit);
    if (sources === undefined) return this.#ofSpan(undefined, filter, span, limit);
    const found = sources.flatMap((source) => this.#ofSpan(source, filter, span, limit));
    return found.toSorted((a, b) => b.last_seq - a.last_seq).slice(0, limit);
  }

  #ofSpan(source: number | undefined, filter: EventFilter, [from, to]: SeqRange, limit: number): readonly Row[] {
    const { sql, values } = conditions(filter);
    return this.#database
      .prepare<unknown[], Row>(
        `SELECT ${COLUMNS} FROM event_summary ${source === undefined ? '' : 'INDEXED BY event_summary_source'}
         WHERE last_seq >= ? AND last_seq <= ? ${source === undefined ? '' : 'AND source = ?'} ${sql}
         ORDER BY last_seq DESC LIMIT ?`,
      )
      .all(from, to, ...(source === undefined ? [] : [source]), ...values, limit);
  }

  /** Open events are few: their own index is read, whatever else is asked. */
  #openOnes(
    filter: EventFilter,
    sources: readonly number[] | undefined,
    [from, to]: SeqRange,
    limit: number,
  ): readonly Row[] {
    const { sql, values } = conditions({ ...filter, state: undefined });
    const ofSource = sources === undefined ? '' : `AND +source IN (${sources.join(', ')})`;
    return this.#database
      .prepare<unknown[], Row>(
        `SELECT ${COLUMNS} FROM event_summary INDEXED BY event_summary_open
         WHERE closed = 0 AND last_seq >= ? AND last_seq <= ? ${ofSource} ${sql} ORDER BY last_seq DESC LIMIT ?`,
      )
      .all(from, to, ...values, limit);
  }

  /** Ids of the sources that fit; undefined where every source does. */
  #sources(filter: EventFilter): readonly number[] | undefined {
    const given = SOURCE_FILTERS.filter(([name]) => filter[name] !== undefined);
    if (given.length === 0) return undefined;
    const where = given.map(([, column]) => `${column} = ?`).join(' AND ');
    const values = given.map(([name]) => filter[name]);
    return this.#database
      .prepare<unknown[], number>(`SELECT id FROM event_source WHERE ${where}`)
      .pluck()
      .all(...values);
  }

  /** Numbers between which the latest records of all events lie that fit the times; undefined where none does. */
  #span({ since, until }: EventFilter, before: number): SeqRange | undefined {
    const from = since === undefined ? 1 : this.#lowest.get(since);
    const to = until === undefined ? before - 1 : this.#highest.get(until);
    return typeof from === 'number' && typeof to === 'number' ? [from, Math.min(to, before - 1)] : undefined;
  }
}

/** The rest of a filter. `+` keeps SQLite from choosing the index of a column that selects little. */
function conditions({ state, since, until }: Partial<Record<keyof EventFilter, unknown>>): {
  readonly sql: string;
  readonly values: readonly unknown[];
} {
  const parts: string[] = [];
  const values: unknown[] = [];
  if (state !== undefined) parts.push(`AND +closed = ${state === 'closed' ? 1 : 0}`);
  if (since !== undefined) {
    parts.push('AND +updated_ms >= ?');
    values.push(since);
  }
  if (until !== undefined) {
    parts.push('AND +opened_ms <= ?');
    values.push(until);
  }
  return { sql: parts.join(' '), values };
}
