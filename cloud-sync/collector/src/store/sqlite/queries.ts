import type Database from 'better-sqlite3';
import { DeviceState, TelemetryBody, type Stream } from '@lineside/protocol';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { fromEventRow, type EventRowSql } from '../event-row.ts';
import { SIGNED_UPTO, signatureProblemsSql, toSignatureProblem, type SignatureProblemSql } from '../signatures.ts';
import type {
  ChainBreak,
  Conflict,
  DeviceRow,
  EventQuery,
  EventRow,
  LossRow,
  Page,
  SignatureProblem,
  StreamKey,
  StreamRow,
  TelemetryRow,
  Totals,
} from '../store.ts';

/** Everything that is only read, each in one short statement. */
export class Queries {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  devices(): DeviceRow[] {
    const rows = this.#db.prepare<[], DeviceSql>(DEVICES).all();
    return rows.map((row) => ({
      device: row.device,
      firstSeenMs: row.first_seen_ms,
      lastSeenMs: row.last_seen_ms,
      birth: row.birth === null ? undefined : DeviceState.parse(JSON.parse(row.birth)),
      hasCredential: row.has_credential === 1,
      reported: row.reported === null ? null : (JSON.parse(row.reported) as unknown),
    }));
  }

  streams(): StreamRow[] {
    return this.#db
      .prepare<[], StreamSql>(STREAMS)
      .all()
      .map(({ covered, ...row }) => ({
        ...row,
        declaredLost: Math.max(0, covered - row.stored),
        missing: row.highest - covered,
      }));
  }

  telemetry(): TelemetryRow[] {
    return this.#db
      .prepare<[], TelemetrySql>('select * from telemetry order by device, camera, model')
      .all()
      .map((row) => ({
        device: row.device,
        camera: row.camera,
        model: row.model,
        wallMs: row.wall_ms,
        receivedMs: row.received_ms,
        body: TelemetryBody.parse(JSON.parse(row.body)),
      }));
  }

  /** Newest first. */
  events({ device, kind, limit, cursor }: EventQuery): Page<EventRow> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const conditions = [
      ...(device === undefined ? [] : ['e.device = :device']),
      ...(kind === undefined ? [] : ['e.kind = :kind']),
      ...(after === undefined ? [] : ['(e.opened_ms, e.id) < (:openedMs, :id)']),
    ];
    const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
    const rows = this.#db
      .prepare<[object], EventRowSql & { picture: string | null; stored: number }>(
        `${EVENTS} ${where} order by e.opened_ms desc, e.id desc limit :limit`,
      )
      .all({ device, kind, limit: limit + 1, openedMs: after?.openedMs, id: after?.id });
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map((row) => ({ ...fromEventRow(row), snapshot: row.picture, snapshotStored: row.stored === 1 })),
      next:
        rows.length > limit && last !== undefined ? encodeCursor({ openedMs: last.opened_ms, id: last.id }) : undefined,
    };
  }

  totals(): Totals {
    const one = <T>(sql: string): T => this.#db.prepare<[], T>(sql).get() as T;
    const named = (sql: string): Record<string, number> =>
      Object.fromEntries(
        this.#db
          .prepare<[], { name: string; n: number }>(sql)
          .all()
          .map(({ name, n }) => [name, n]),
      );
    const streams = this.streams();
    const sum = (of: (row: StreamRow) => number): number => streams.reduce((total, row) => total + of(row), 0);
    const media = one<{ n: number; bytes: number }>(
      'select count(*) as n, coalesce(sum(bytes), 0) as bytes from media where retired_ms is null',
    );
    return {
      devices: one<{ n: number }>('select count(*) as n from devices').n,
      records: named('select stream as name, sum(stored) as n from journals group by stream'),
      declaredLost: sum((row) => row.declaredLost),
      missing: sum((row) => row.missing),
      gapsOpen: one<{ n: number }>(`select count(*) as n from gaps where state = 'open'`).n,
      chainBreaks: one<{ n: number }>('select count(*) as n from chain_breaks').n,
      conflicts: one<{ n: number }>('select count(*) as n from conflicts').n,
      events: named('select kind as name, count(*) as n from events group by kind'),
      media: media.n,
      mediaBytes: media.bytes,
    };
  }

  chainBreaks(limit: number): ChainBreak[] {
    return this.#db
      .prepare<[number], ChainBreak>(
        `select j.device, j.epoch, j.stream, b.seq, b.link, b.expected, b.found, b.at_ms as atMs, b.times
         from chain_breaks b join journals j on j.id = b.journal order by b.at_ms desc limit ?`,
      )
      .all(limit);
  }

  losses(limit: number): LossRow[] {
    return this.#db
      .prepare<[number], LossRow>(
        `select j.device, j.stream, d.reason, sum(d.last - d.first + 1) as count, coalesce(max(r.received_ms), 0) as lastMs
     from declared d join journals j on j.id = d.journal
     left join records r on r.journal = d.journal and r.seq = d.tombstone
     group by j.device, j.stream, d.reason order by 4 desc, 1, 2, 3 limit ?`,
      )
      .all(limit);
  }

  signatureProblems(limit: number): SignatureProblem[] {
    return this.#db
      .prepare<[number], SignatureProblemSql>(signatureProblemsSql('?'))
      .all(limit)
      .map(toSignatureProblem);
  }

  conflicts(limit: number): Conflict[] {
    return this.#db
      .prepare<[number], Omit<Conflict, 'contentDiffers'> & { differs: number }>(
        `select j.device, j.epoch, j.stream, c.seq, c.kept_hash as keptHash, c.refused_hash as refusedHash,
           c.content_differs as differs, c.at_ms as atMs, c.times
         from conflicts c join journals j on j.id = c.journal order by c.at_ms desc limit ?`,
      )
      .all(limit)
      .map(({ differs, ...row }) => ({ ...row, contentDiffers: differs === 1 }));
  }
}

interface DeviceSql {
  readonly device: string;
  readonly first_seen_ms: number;
  readonly last_seen_ms: number;
  readonly birth: string | null;
  readonly reported: string | null;
  readonly has_credential: number;
}

const DEVICES = `select d.device, d.first_seen_ms, d.last_seen_ms, d.birth, d.reported, c.device is not null as has_credential
  from devices d left join credentials c on c.device = d.device order by d.device`;

interface StreamSql extends StreamKey {
  readonly stream: Stream;
  readonly stored: number;
  readonly retired: number;
  readonly covered: number;
  readonly highest: number;
  readonly upto: number;
  readonly head: string | null;
  readonly signedUpto: number;
}

const STREAMS = `select j.device, j.epoch, j.stream, j.stored,
    coalesce((select count from retired t where t.journal = j.id), 0) as retired,
    (select coalesce(sum(last - first + 1), 0) from spans s where s.journal = j.id) as covered,
    (select coalesce(max(last), 0) from spans s where s.journal = j.id) as highest,
    coalesce((select last from spans s where s.journal = j.id and s.first = 1), 0) as upto,
    coalesce((select hash from records r where r.journal = j.id order by seq desc limit 1),
      (select t.head from retired t where t.journal = j.id)) as head, ${SIGNED_UPTO} as signedUpto
  from journals j order by j.device, j.id`;

interface TelemetrySql {
  readonly device: string;
  readonly camera: string;
  readonly model: string;
  readonly wall_ms: number;
  readonly received_ms: number;
  readonly body: string;
}

const PICTURE = `coalesce(e.snapshot,
    (select min(x.sha256) from expected_media x where x.device = e.device and x.event = e.event))`;
const EVENTS = `select e.*, ${PICTURE} as picture, exists (select 1 from media m where m.sha256 = ${PICTURE} and m.retired_ms is null) as stored
  from events e`;
