import type { EventBody, InspectionCounters, MediaBody, TelemetryBody } from '@lineside/protocol';
import type { CheckedRecord, RecordContent } from '../../ingest/index.ts';
import { addTransition, plainText, type StoredSummary, type Transition } from '../../records/index.ts';
import { EVENT_RECORDS, EVENTS_VERSION, RETIRED_DEVICES, summariesOf, type EventRecordRow } from '../event-rebuild.ts';
import { EVENT_COLUMNS, fromEventRow, toEventRow, type EventRowSql } from '../event-row.ts';
import { signedRows } from '../signatures.ts';
import type { TelemetrySql } from '../stored-rows.ts';
import { rowsOf, type Queryable } from './database.ts';

const SAVE_EVENTS = `insert into events (${EVENT_COLUMNS.join(', ')}, received_ms)
  select ${EVENT_COLUMNS.join(', ')}, $2::bigint from json_populate_recordset(null::events, $1)
  on conflict (device, event) do update set ${EVENT_COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}`;

const SAVE_TELEMETRY = `insert into telemetry select * from json_populate_recordset(null::telemetry, $1)
  on conflict (device, camera, model) do update set journal = excluded.journal, seq = excluded.seq,
    wall_ms = excluded.wall_ms, received_ms = excluded.received_ms, body = excluded.body
  where (excluded.journal, excluded.seq) > (telemetry.journal, telemetry.seq)`;

// `body` stays JSON text to the very last: what it holds may be more than a text column can.
const SAVE_HISTORY = `insert into inspection_history select * from json_populate_recordset(null::inspection_history, $1)
  on conflict do nothing`;

/** Makes table `events` again from the records where an older version wrote it by other rules. */
export async function bringEventsUpToDate(tx: Queryable): Promise<void> {
  const [version] = await rowsOf<{ value: number }>(tx, "select value from meta where name = 'events_version'");
  if (version?.value === EVENTS_VERSION) return;
  const retired = await rowsOf<{ device: string }>(tx, RETIRED_DEVICES);
  const rows = await rowsOf<EventRecordRow>(tx, EVENT_RECORDS);
  const summaries = summariesOf(rows, new Set(retired.map(({ device }) => device)));
  for (let at = 0; at < summaries.length; at += 500) {
    const rowsOfPage = jsonRows(summaries.slice(at, at + 500).map(storable));
    // Known rows keep when they were received; of others it is not known.
    await tx.query(SAVE_EVENTS, [rowsOfPage, Number.MAX_SAFE_INTEGER]);
  }
  await tx.query(
    "insert into meta values ('events_version', $1) on conflict (name) do update set value = excluded.value",
    [EVENTS_VERSION],
  );
}

/**
 * Collects what a group of new records says and writes it to the tables that repeat it in the form in which it is
 * queried. One statement per table; inside the caller's transaction, which locks the devices' rows.
 */
export class ReadTables {
  readonly #transitions: Transition[] = [];
  readonly #telemetry = new Map<string, TelemetrySql>();
  readonly #history: object[] = [];
  readonly #signed: object[] = [];
  readonly #media: { device: string; event: string; sha256: string }[] = [];

  transition(device: string, journal: number, record: CheckedRecord, body: EventBody): void {
    const { seq, wallMs, clock } = record;
    this.#transitions.push({ device, wallMs, clock, rank: { journal, seq }, body });
  }

  telemetry(device: string, journal: number, record: CheckedRecord, body: TelemetryBody, atMs: number): void {
    const { seq, wallMs } = record;
    const { camera, model, counters, state } = body;
    const key = JSON.stringify([device, camera, model]);
    const known = this.#telemetry.get(key);
    if (known === undefined || known.journal < journal || (known.journal === journal && known.seq < seq)) {
      this.#telemetry.set(key, {
        ...{ device, camera, model, journal, seq, wall_ms: wallMs, received_ms: atMs, body: JSON.stringify(body) },
      });
    }
    const at = new Date(wallMs);
    // A time that no calendar can show has no place in a history by time.
    if (Number.isNaN(at.getTime()) || at.getUTCFullYear() < 1 || at.getUTCFullYear() > 9999) return;
    this.#history.push({ at: at.toISOString(), device, camera, model, journal, seq, state, ...sums(counters) });
  }

  expectMedia(device: string, { event, sha256 }: MediaBody): void {
    this.#media.push({ device, event, sha256 });
  }

  signature(
    device: string,
    auditSeq: number,
    { heads, epoch, valid }: Extract<RecordContent, { type: 'heads' }>,
    atMs: number,
  ): void {
    const common = { device, epoch, audit_seq: auditSeq, key: heads.key, holds: valid ? 1 : 0, at_ms: atMs };
    this.#signed.push(...signedRows(heads).map((row) => ({ ...common, ...row })));
  }

  async save(tx: Queryable, atMs: number): Promise<void> {
    if (this.#transitions.length > 0) await this.#saveEvents(tx, atMs);
    if (this.#telemetry.size > 0) await tx.query(SAVE_TELEMETRY, [jsonRows([...this.#telemetry.values()])]);
    if (this.#history.length > 0) await tx.query(SAVE_HISTORY, [jsonRows(this.#history)]);
    if (this.#signed.length > 0) {
      await tx.query(
        `insert into signed_heads select * from json_populate_recordset(null::signed_heads, $1) on conflict do nothing`,
        [jsonRows(this.#signed)],
      );
    }
    if (this.#media.length > 0) {
      await tx.query(
        `insert into expected_media select * from json_populate_recordset(null::expected_media, $1) on conflict do nothing`,
        [jsonRows(this.#media)],
      );
    }
  }

  async #saveEvents(tx: Queryable, atMs: number): Promise<void> {
    const wanted = new Map(
      this.#transitions.map(({ device, body }) => [eventKey(device, body.event), { device, body }]),
    );
    const stored = await rowsOf<EventRowSql>(
      tx,
      'select e.* from events e join unnest($1::text[], $2::text[]) as w (device, event) using (device, event)',
      [[...wanted.values()].map(({ device }) => device), [...wanted.values()].map(({ body }) => body.event)],
    );
    const summaries = new Map<string, StoredSummary>(
      stored.map((row) => [eventKey(row.device, row.event), fromEventRow(row)]),
    );
    for (const transition of this.#transitions) {
      const key = eventKey(transition.device, transition.body.event);
      summaries.set(key, addTransition(summaries.get(key), transition));
    }
    await tx.query(SAVE_EVENTS, [jsonRows([...summaries.values()].map(storable)), atMs]);
  }
}

function eventKey(device: string, event: string): string {
  return `${device}/${event}`;
}

/** A row whose times fit the columns: a device's clock and durations can say anything. */
function storable(event: StoredSummary): object {
  const row = toEventRow(event);
  return {
    ...row,
    opened_ms: whole(row.opened_ms),
    updated_ms: whole(row.updated_ms),
    closed_ms: row.closed_ms === null ? null : whole(row.closed_ms),
  };
}

function whole(value: number): number {
  return Math.round(Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, value)));
}

function sums({ offered, inspected, skipped, failed }: InspectionCounters): object {
  const sum = (reasons: Readonly<Record<string, number>>): number =>
    whole(Object.values(reasons).reduce((total, count) => total + count, 0));
  return { offered, inspected, skipped: sum(skipped), failed: sum(failed) };
}

/** Rows as one JSON parameter in which every text is one that the database can store. */
function jsonRows(rows: readonly object[]): string {
  return JSON.stringify(rows, (_key, value: unknown) => (typeof value === 'string' ? plainText(value) : value));
}
