import type Database from 'better-sqlite3';
import { aborted, type Clock, isAbort } from '@lineside/kit';
import { JournalReader, openForReading } from '../journal/index.ts';
import { foldEvent, type FoldedEvent, type Transition, transitionOf } from './event-summary.ts';

/** Which events are wanted; what is left out does not matter. */
export interface EventFilter {
  readonly kind?: FoldedEvent['kind'];
  readonly camera?: string;
  readonly state?: FoldedEvent['state'];
  /** Wall ms: latest transition at or after this. */
  readonly since?: number;
}

export interface EventReader {
  /** The newest events that fit, newest first. */
  list(limit: number, filter?: EventFilter): readonly FoldedEvent[];
  /** The event whose id is or begins with `id`, and its transitions; undefined where none or several do. */
  show(id: string): { readonly event: FoldedEvent; readonly transitions: readonly Transition[] } | undefined;
  /** Every event that fits, oldest first; reads in short steps. */
  events(filter?: EventFilter): Generator<FoldedEvent>;
  /** Transitions as they are written, after the newest there is now, until the signal aborts. */
  tail(signal: AbortSignal, clock: Clock): AsyncGenerator<Transition>;
  close(): void;
}

const CHUNK = 500;
const POLL_MS = 250;

/** Opens the events of a journal for reading, beside a running service or without one. Throws `journal_absent` and its like. */
export function openEventReader(path: string): EventReader {
  return new Reader(openForReading(path));
}

class Reader implements EventReader {
  readonly #journal: JournalReader;
  readonly #before: Database.Statement<[number, number], { readonly seq: number; readonly json: string }>;
  readonly #ofEvent: Database.Statement<[string], string>;
  readonly #startingWith: Database.Statement<[string, string], string>;

  constructor(database: Database.Database) {
    this.#journal = new JournalReader(database);
    this.#before = database.prepare('SELECT seq, json FROM record_events WHERE seq < ? ORDER BY seq DESC LIMIT ?');
    // Spelled as the index is, or SQLite would read every row.
    const indexed = "FROM record_events WHERE kind <> 'tombstone' AND json ->> '$.b.event'";
    this.#ofEvent = database.prepare<[string], string>(`SELECT json ${indexed} = ? ORDER BY seq`).pluck();
    this.#startingWith = database
      .prepare<[string, string], string>(
        `SELECT DISTINCT json ->> '$.b.event' ${indexed} >= ? AND json ->> '$.b.event' < ? LIMIT 2`,
      )
      .pluck();
  }

  list(limit: number, filter: EventFilter = {}): readonly FoldedEvent[] {
    const found: FoldedEvent[] = [];
    const seen = new Set<string>();
    let before = Number.MAX_SAFE_INTEGER;
    while (found.length < limit) {
      const rows = this.#before.all(before, CHUNK);
      for (const row of rows) {
        before = row.seq;
        const id = transitionOf(row.json)?.body.event;
        if (id === undefined || seen.has(id)) continue;
        seen.add(id);
        const event = foldEvent(this.#transitions(id));
        if (event !== undefined && fits(event, filter)) found.push(event);
        if (found.length === limit) break;
      }
      if (rows.length < CHUNK) break;
    }
    return found;
  }

  show(id: string): { readonly event: FoldedEvent; readonly transitions: readonly Transition[] } | undefined {
    const [found, other] = this.#startingWith.all(id, `${id}\u{ffff}`);
    if (found === undefined || other !== undefined) return undefined;
    const transitions = this.#transitions(found);
    const event = foldEvent(transitions);
    return event === undefined ? undefined : { event, transitions };
  }

  *events(filter: EventFilter = {}): Generator<FoldedEvent> {
    for (const { seq, json } of this.#journal.records('events')) {
      const id = transitionOf(json)?.body.event;
      const event = id === undefined ? undefined : foldEvent(this.#transitions(id));
      // Each event once, at the place of its first transition that is held.
      if (event?.firstSeq === seq && fits(event, filter)) yield event;
    }
  }

  async *tail(signal: AbortSignal, clock: Clock): AsyncGenerator<Transition> {
    let from = this.#journal.stats().events?.next ?? 1;
    while (!signal.aborted) {
      for (const { seq, json } of this.#journal.records('events', from)) {
        from = seq + 1;
        const transition = transitionOf(json);
        if (transition !== undefined) yield transition;
      }
      await Promise.race([clock.sleep(POLL_MS, signal).catch(unlessAbort), aborted(signal)]);
    }
  }

  close(): void {
    this.#journal.close();
  }

  #transitions(event: string): readonly Transition[] {
    return this.#ofEvent.all(event).flatMap((json) => transitionOf(json) ?? []);
  }
}

function fits(event: FoldedEvent, filter: EventFilter): boolean {
  return (
    (filter.kind === undefined || event.kind === filter.kind) &&
    (filter.camera === undefined || event.camera === filter.camera) &&
    (filter.state === undefined || event.state === filter.state) &&
    (filter.since === undefined || event.latestWallMs >= filter.since)
  );
}

function unlessAbort(thrown: unknown): void {
  if (!isAbort(thrown)) throw thrown;
}
