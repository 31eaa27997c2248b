import type pg from 'pg';
import { DeviceState, TelemetryBody } from '@lineside/protocol';
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
import { rowsOf } from './database.ts';

interface DeviceSql {
  readonly device: string;
  readonly first_seen_ms: number;
  readonly last_seen_ms: number;
  readonly birth: string | null;
  readonly reported: string | null;
  readonly has_credential: boolean;
}

const DEVICES = `select d.device, d.first_seen_ms, d.last_seen_ms, d.birth, d.reported,
    c.device is not null as has_credential
  from devices d left join credentials c on c.device = d.device order by d.device`;

interface StreamSql extends StreamKey {
  readonly stored: number;
  readonly retired: number;
  readonly covered: number;
  readonly highest: number;
  readonly upto: number;
  readonly head: string | null;
  readonly signedUpto: number;
}

const STREAMS = `select j.device, j.epoch, j.stream, j.stored,
    coalesce((select count from retired t where t.journal = j.id), 0)::bigint as retired,
    coalesce(s.covered, 0)::bigint as covered, coalesce(s.highest, 0)::bigint as highest,
    coalesce(s.upto, 0)::bigint as upto,
    coalesce((select hash from records r where r.journal = j.id order by seq desc limit 1),
      (select t.head from retired t where t.journal = j.id)) as head,
    ${SIGNED_UPTO} as "signedUpto"
  from journals j left join (
    select journal, sum(last - first + 1) as covered, max(last) as highest, max(last) filter (where first = 1) as upto
    from spans group by journal
  ) s on s.journal = j.id order by j.device, j.id`;

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
const EVENTS = `select e.*, ${PICTURE} as picture,
    exists (select 1 from media m where m.sha256 = ${PICTURE} and m.retired_ms is null) as stored from events e`;

const COUNTS = `select
    (select count(*) from devices) as devices,
    (select count(*) from gaps where state = 'open') as gaps_open,
    (select count(*) from chain_breaks) as chain_breaks,
    (select count(*) from conflicts) as conflicts,
    (select count(*) from media where retired_ms is null) as media,
    (select coalesce(sum(bytes), 0)::bigint from media where retired_ms is null) as media_bytes`;

/** Everything that is only read, each in one short statement. */
export class Queries {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async devices(): Promise<DeviceRow[]> {
    const rows = await rowsOf<DeviceSql>(this.#pool, DEVICES);
    return rows.map((row) => ({
      device: row.device,
      firstSeenMs: row.first_seen_ms,
      lastSeenMs: row.last_seen_ms,
      birth: row.birth === null ? undefined : DeviceState.parse(JSON.parse(row.birth)),
      hasCredential: row.has_credential,
      reported: row.reported === null ? null : (JSON.parse(row.reported) as unknown),
    }));
  }

  async streams(): Promise<StreamRow[]> {
    const rows = await rowsOf<StreamSql>(this.#pool, STREAMS);
    return rows.map(({ covered, ...row }) => ({
      ...row,
      declaredLost: Math.max(0, covered - row.stored),
      missing: row.highest - covered,
    }));
  }

  async telemetry(): Promise<TelemetryRow[]> {
    const rows = await rowsOf<TelemetrySql>(this.#pool, 'select * from telemetry order by device, camera, model');
    return rows.map((row) => ({
      device: row.device,
      camera: row.camera,
      model: row.model,
      wallMs: row.wall_ms,
      receivedMs: row.received_ms,
      body: TelemetryBody.parse(JSON.parse(row.body)),
    }));
  }

  /** Newest first. */
  async events({ device, kind, limit, cursor }: EventQuery): Promise<Page<EventRow>> {
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const values: unknown[] = [limit + 1];
    const mark = (value: unknown): string => `$${values.push(value)}`;
    const conditions = [
      ...(device === undefined ? [] : [`e.device = ${mark(device)}`]),
      ...(kind === undefined ? [] : [`e.kind = ${mark(kind)}`]),
      ...(after === undefined ? [] : [`(e.opened_ms, e.id) < (${mark(after.openedMs)}, ${mark(after.id)})`]),
    ];
    const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
    const rows = await rowsOf<EventRowSql & { picture: string | null; stored: boolean }>(
      this.#pool,
      `${EVENTS} ${where} order by e.opened_ms desc, e.id desc limit $1`,
      values,
    );
    const items = rows.slice(0, limit);
    const last = items.at(-1);
    return {
      items: items.map((row) => ({ ...fromEventRow(row), snapshot: row.picture, snapshotStored: row.stored })),
      next:
        rows.length > limit && last !== undefined ? encodeCursor({ openedMs: last.opened_ms, id: last.id }) : undefined,
    };
  }

  async totals(): Promise<Totals> {
    const named = async (sql: string): Promise<Record<string, number>> => {
      const rows = await rowsOf<{ name: string; n: number }>(this.#pool, sql);
      return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
    };
    const [counts] = await rowsOf<Record<string, number>>(this.#pool, COUNTS);
    const streams = await this.streams();
    const sum = (of: (row: StreamRow) => number): number => streams.reduce((total, row) => total + of(row), 0);
    return {
      devices: counts?.['devices'] ?? 0,
      records: await named('select stream as name, sum(stored)::bigint as n from journals group by stream'),
      declaredLost: sum((row) => row.declaredLost),
      missing: sum((row) => row.missing),
      gapsOpen: counts?.['gaps_open'] ?? 0,
      chainBreaks: counts?.['chain_breaks'] ?? 0,
      conflicts: counts?.['conflicts'] ?? 0,
      events: await named('select kind as name, count(*) as n from events group by kind'),
      media: counts?.['media'] ?? 0,
      mediaBytes: counts?.['media_bytes'] ?? 0,
    };
  }

  async chainBreaks(limit: number): Promise<ChainBreak[]> {
    return rowsOf<ChainBreak>(
      this.#pool,
      `select j.device, j.epoch, j.stream, b.seq, b.link, b.expected, b.found, b.at_ms as "atMs", b.times
       from chain_breaks b join journals j on j.id = b.journal order by b.at_ms desc, b.journal, b.seq limit $1`,
      [limit],
    );
  }

  async losses(limit: number): Promise<LossRow[]> {
    return rowsOf<LossRow>(
      this.#pool,
      `select j.device, j.stream, d.reason, sum(d.last - d.first + 1)::bigint as count, coalesce(max(r.received_ms), 0) as "lastMs"
     from declared d join journals j on j.id = d.journal
     left join records r on r.journal = d.journal and r.seq = d.tombstone
     group by j.device, j.stream, d.reason order by 4 desc, 1, 2, 3 limit $1`,
      [limit],
    );
  }

  async signatureProblems(limit: number): Promise<SignatureProblem[]> {
    const rows = await rowsOf<SignatureProblemSql>(this.#pool, signatureProblemsSql('$1'), [limit]);
    return rows.map(toSignatureProblem);
  }

  async conflicts(limit: number): Promise<Conflict[]> {
    const rows = await rowsOf<Omit<Conflict, 'contentDiffers'> & { differs: number }>(
      this.#pool,
      `select j.device, j.epoch, j.stream, c.seq, c.kept_hash as "keptHash", c.refused_hash as "refusedHash",
         c.content_differs as differs, c.at_ms as "atMs", c.times
       from conflicts c join journals j on j.id = c.journal order by c.at_ms desc, c.journal, c.seq limit $1`,
      [limit],
    );
    return rows.map(({ differs, ...row }) => ({ ...row, contentDiffers: differs === 1 }));
  }
}
