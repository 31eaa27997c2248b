import type Database from 'better-sqlite3';
import type { EventBody, MediaBody, TelemetryBody } from '@lineside/protocol';
import { foldTransition, type FoldedEvent } from '../fold.ts';
import type { CheckedRecord } from '../store.ts';

/** A row of table `events` as SQLite gives it. */
export interface EventRowSql {
  readonly id: number;
  readonly device: string;
  readonly event: string;
  readonly kind: string;
  readonly severity: string;
  readonly camera: string;
  readonly zone: string | null;
  readonly rule: string;
  readonly label: string;
  readonly opened_ms: number;
  readonly opened_known: number;
  readonly updated_ms: number;
  readonly closed_ms: number | null;
  readonly reason: string | null;
  readonly lasted_ms: number;
  readonly score: number | null;
  readonly clock: string;
  readonly snapshot: string | null;
  readonly extra: string;
  readonly journal: number;
  readonly seq: number;
  readonly snapshot_journal: number | null;
  readonly snapshot_seq: number | null;
}

/** Tables that only repeat what records say, in the shape in which it is asked for. Inside the caller's transaction. */
export class ReadTables {
  readonly #event: Database.Statement<[string, string], EventRowSql>;
  readonly #saveEvent: Database.Statement<[Omit<EventRowSql, 'id'>]>;
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

  transition(device: string, journal: number, record: CheckedRecord, body: EventBody): void {
    const row = this.#event.get(device, body.event);
    const rank = { journal, seq: record.seq };
    const { wallMs, clock } = record;
    const folded = foldTransition(row && fromSql(row), { device, wallMs, clock, rank, body });
    this.#saveEvent.run(toSql(folded));
  }

  telemetry(device: string, journal: number, record: CheckedRecord, body: TelemetryBody, atMs: number): void {
    const { seq, wallMs } = record;
    this.#saveTelemetry.run(device, body.camera, body.model, journal, seq, wallMs, atMs, JSON.stringify(body));
  }

  expectMedia(device: string, body: MediaBody): void {
    this.#expect.run(device, body.event, body.sha256);
  }
}

const COLUMNS = [
  'device',
  'event',
  'kind',
  'severity',
  'camera',
  'zone',
  'rule',
  'label',
  'opened_ms',
  'opened_known',
  'updated_ms',
  'closed_ms',
  'reason',
  'lasted_ms',
  'score',
  'clock',
  'snapshot',
  'extra',
  'journal',
  'seq',
  'snapshot_journal',
  'snapshot_seq',
] as const;

const SAVE_EVENT = `insert into events (${COLUMNS.join(', ')}) values (${COLUMNS.map((name) => `:${name}`).join(', ')})
  on conflict (device, event) do update set ${COLUMNS.map((name) => `${name} = excluded.${name}`).join(', ')}`;

export function fromSql(row: EventRowSql): FoldedEvent {
  const { device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot } = row;
  return {
    ...{ device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot },
    openedMs: row.opened_ms,
    openedKnown: row.opened_known === 1,
    updatedMs: row.updated_ms,
    closedMs: row.closed_ms,
    lastedMs: row.lasted_ms,
    extra: JSON.parse(row.extra) as FoldedEvent['extra'],
    rank: { journal: row.journal, seq: row.seq },
    snapshotRank:
      row.snapshot_journal === null || row.snapshot_seq === null
        ? null
        : { journal: row.snapshot_journal, seq: row.snapshot_seq },
  };
}

function toSql(folded: FoldedEvent): Omit<EventRowSql, 'id'> {
  const { device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot } = folded;
  return {
    ...{ device, event, kind, severity, camera, zone, rule, label, reason, score, clock, snapshot },
    opened_ms: folded.openedMs,
    opened_known: folded.openedKnown ? 1 : 0,
    updated_ms: folded.updatedMs,
    closed_ms: folded.closedMs,
    lasted_ms: folded.lastedMs,
    extra: JSON.stringify(folded.extra),
    journal: folded.rank.journal,
    seq: folded.rank.seq,
    snapshot_journal: folded.snapshotRank?.journal ?? null,
    snapshot_seq: folded.snapshotRank?.seq ?? null,
  };
}
