import type Database from 'better-sqlite3';
import type { EventBody, MediaBody, TelemetryBody } from '@lineside/protocol';
import type { CheckedRecord } from '../../ingest/index.ts';
import { addTransition } from '../../records/index.ts';
import { EVENT_RECORDS, EVENTS_VERSION, RETIRED_DEVICES, summariesOf, type EventRecordRow } from '../event-rebuild.ts';
import { EVENT_COLUMNS, fromEventRow, toEventRow, type EventRowSql } from '../event-row.ts';

/** Tables that repeat what records say, in the form in which it is queried. Inside the caller's transaction. */
export class ReadTables {
  readonly #event: Database.Statement<[string, string], EventRowSql>;
  readonly #saveEvent: Database.Statement<[Omit<EventRowSql, 'id'> & { readonly received_ms: number }]>;
  readonly #saveTelemetry: Database.Statement<[string, string, string, number, number, number, number, string]>;
  readonly #expect: Database.Statement<[string, string, string]>;

  constructor(db: Database.Database) {
    this.#event = db.prepare('select * from events where device = ? and event = ?');
    this.#saveEvent = db.prepare(SAVE_EVENT);
    this.#saveTelemetry = db.prepare(
      `insert into telemetry (device, camera, model, journal, seq, wall_ms, received_ms, body)
       values (?, ?, ?, ?, ?, ?, ?, ?)
       on conflict do update set journal = excluded.journal, seq = excluded.seq, wall_ms = excluded.wall_ms,
         received_ms = excluded.received_ms, body = excluded.body
       where excluded.journal > journal or (excluded.journal = journal and excluded.seq > seq)`,
    );
    this.#expect = db.prepare('insert or ignore into expected_media (device, event, sha256) values (?, ?, ?)');
  }

  transition(device: string, journal: number, record: CheckedRecord, body: EventBody, atMs: number): void {
    const row = this.#event.get(device, body.event);
    const rank = { journal, seq: record.seq };
    const { wallMs, clock } = record;
    const summary = addTransition(row && fromEventRow(row), { device, wallMs, clock, rank, body });
    this.#saveEvent.run({ ...toEventRow(summary), received_ms: atMs });
  }

  telemetry(device: string, journal: number, record: CheckedRecord, body: TelemetryBody, atMs: number): void {
    const { seq, wallMs } = record;
    this.#saveTelemetry.run(device, body.camera, body.model, journal, seq, wallMs, atMs, JSON.stringify(body));
  }

  expectMedia(device: string, body: MediaBody): void {
    this.#expect.run(device, body.event, body.sha256);
  }
}

/** Makes table `events` again from the records where an older version wrote it by other rules. */
export function bringEventsUpToDate(db: Database.Database): void {
  const version = db.prepare<[], { value: number }>("select value from meta where name = 'events_version'").get();
  if (version?.value === EVENTS_VERSION) return;
  const retired = db.prepare<[], { device: string }>(RETIRED_DEVICES).all();
  const rows = db.prepare<[], EventRecordRow>(EVENT_RECORDS).iterate();
  const save = db.prepare(SAVE_EVENT);
  for (const summary of summariesOf(rows, new Set(retired.map(({ device }) => device)))) {
    // Known rows keep when they were received; of others it is not known.
    save.run({ ...toEventRow(summary), received_ms: Number.MAX_SAFE_INTEGER });
  }
  db.prepare("insert into meta values ('events_version', ?) on conflict do update set value = excluded.value").run(
    EVENTS_VERSION,
  );
}

const SAVE_EVENT = `insert into events (${EVENT_COLUMNS.join(', ')}, received_ms)
  values (${EVENT_COLUMNS.map((name) => `:${name}`).join(', ')}, :received_ms)
  on conflict (device, event) do update set ${EVENT_COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}`;
