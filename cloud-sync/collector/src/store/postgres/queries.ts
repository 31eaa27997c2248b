import type pg from 'pg';
import { type NeighboursSql, type SampleSql, toNeighbours, toSamples } from '../../records/index.ts';
import type {
  ChainBreak,
  Conflict,
  DeviceRow,
  EventQuery,
  EventSummary,
  InspectionSample,
  LossRow,
  Neighbours,
  Page,
  RecordQueries,
  SampleQuery,
  SignatureProblem,
  StreamRow,
  TelemetryRow,
  Totals,
} from '../../records/index.ts';
import { decodeCursor } from '../cursor.ts';
import { eventPage, EVENTS, type EventPageSql } from '../event-page.ts';
import { lossesSql } from '../losses.ts';
import { SIGNED_UPTO, signatureProblemsSql, toSignatureProblem, type SignatureProblemSql } from '../signatures.ts';
import {
  streamSums,
  toConflict,
  toDeviceRow,
  toStreamRow,
  toTelemetryRows,
  type ConflictSql,
  type DeviceSql,
  type StreamSql,
  type TelemetrySql,
} from '../stored-rows.ts';
import { rowsOf } from './database.ts';

const DEVICES = `select d.device, d.first_seen_ms, d.last_seen_ms, d.birth, d.reported,
    (c.device is not null)::integer as has_credential
  from devices d left join credentials c on c.device = d.device order by d.device`;

const STREAMS = `select j.device, j.epoch, j.stream, j.stored,
    (select coalesce(sum(last - first + 1), 0) from transferred x where x.journal = j.id)::bigint as transferred,
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

const SAMPLES = `select j.device, r.journal, r.seq, r.json from journals j join records r on r.journal = j.id
  where j.device = $1 and j.stream = 'telemetry' and r.kind = 'counters' and r.wall_ms between $2 and $3
  order by r.journal, r.seq`;

const NEIGHBOURS = `select max((select r.wall_ms from records r where r.journal = j.id and r.kind = 'counters' and r.wall_ms < $2
      order by r.wall_ms desc limit 1)) as "beforeMs",
    min((select r.wall_ms from records r where r.journal = j.id and r.kind = 'counters' and r.wall_ms > $3
      order by r.wall_ms limit 1)) as "afterMs"
  from journals j where j.device = $1 and j.stream = 'telemetry'`;

const BREAKS = `select j.device, j.epoch, j.stream, b.seq, b.link, b.expected, b.found, b.at_ms as "atMs", b.times
  from chain_breaks b join journals j on j.id = b.journal order by b.at_ms desc, b.journal, b.seq limit $1`;

const CONFLICTS = `select j.device, j.epoch, j.stream, c.seq, c.kept_hash as "keptHash",
    c.refused_hash as "refusedHash", c.content_differs as differs, c.at_ms as "atMs", c.times
  from conflicts c join journals j on j.id = c.journal order by c.at_ms desc, c.journal, c.seq limit $1`;

const COUNTS = `select (select count(*) from devices) as devices,
    (select count(*) from gaps where state = 'open') as "gapsOpen",
    (select count(*) from chain_breaks) as "chainBreaks",
    (select count(*) from conflicts) as conflicts,
    (select count(*) from media where retired_ms is null) as media,
    (select coalesce(sum(bytes), 0)::bigint from media where retired_ms is null) as "mediaBytes"`;

type Counts = Pick<Totals, 'devices' | 'gapsOpen' | 'chainBreaks' | 'conflicts' | 'media' | 'mediaBytes'>;

/** Everything that is only read, each in one short statement. */
export class PostgresQueries implements RecordQueries {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async devices(): Promise<readonly DeviceRow[]> {
    return (await rowsOf<DeviceSql>(this.#pool, DEVICES)).map(toDeviceRow);
  }

  async streams(): Promise<readonly StreamRow[]> {
    return (await rowsOf<StreamSql>(this.#pool, STREAMS)).map(toStreamRow);
  }

  async telemetry(): Promise<readonly TelemetryRow[]> {
    const sql = 'select * from telemetry order by device, camera, model';
    return toTelemetryRows(await rowsOf<TelemetrySql>(this.#pool, sql));
  }

  async inspectionSamples({ device, fromMs, toMs }: SampleQuery): Promise<readonly InspectionSample[]> {
    const rows = await rowsOf<SampleSql>(this.#pool, SAMPLES, [device, fromMs, toMs]);
    return toSamples(rows);
  }

  async sampleNeighbours({ device, fromMs, toMs }: SampleQuery): Promise<Neighbours> {
    return toNeighbours((await rowsOf<NeighboursSql>(this.#pool, NEIGHBOURS, [device, fromMs, toMs]))[0]);
  }

  async events(query: EventQuery): Promise<Page<EventSummary>> {
    const { device, kind, severity, sinceMs, untilMs, state, limit, cursor } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const values: unknown[] = [limit + 1];
    const mark = (value: unknown): string => `$${values.push(value)}`;
    const conditions = [
      ...(device === undefined ? [] : [`e.device = ${mark(device)}`]),
      ...(kind === undefined ? [] : [`e.kind = ${mark(kind)}`]),
      ...(severity === undefined ? [] : [`e.severity = ${mark(severity)}`]),
      ...(sinceMs === undefined ? [] : [`e.updated_ms >= ${mark(sinceMs)}`]),
      ...(untilMs === undefined ? [] : [`least(e.opened_ms, e.received_ms) <= ${mark(untilMs)}`]),
      ...(state === undefined ? [] : ['e.closed_ms is null']),
      ...(after === undefined
        ? []
        : [`(least(e.opened_ms, e.received_ms), e.id) < (${mark(after.openedAtMs)}, ${mark(after.id)})`]),
    ];
    const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
    const sql = `${EVENTS} ${where} order by least(e.opened_ms, e.received_ms) desc, e.id desc limit $1`;
    return eventPage(await rowsOf<EventPageSql>(this.#pool, sql, values), limit);
  }

  async totals(): Promise<Totals> {
    const [counts] = await rowsOf<Counts>(this.#pool, COUNTS);
    if (counts === undefined) throw new Error('a select of counts returned no row');
    return {
      ...counts,
      ...streamSums(await this.streams()),
      records: await this.#named('select stream as name, sum(stored)::bigint as n from journals group by stream'),
      events: await this.#named('select kind as name, count(*) as n from events group by kind'),
    };
  }

  async chainBreaks(limit: number): Promise<readonly ChainBreak[]> {
    return rowsOf<ChainBreak>(this.#pool, BREAKS, [limit]);
  }

  async conflicts(limit: number): Promise<readonly Conflict[]> {
    return (await rowsOf<ConflictSql>(this.#pool, CONFLICTS, [limit])).map(toConflict);
  }

  async losses(limit: number): Promise<readonly LossRow[]> {
    return rowsOf<LossRow>(this.#pool, lossesSql('$1'), [limit]);
  }

  async signatureProblems(limit: number): Promise<readonly SignatureProblem[]> {
    return (await rowsOf<SignatureProblemSql>(this.#pool, signatureProblemsSql('$1'), [limit])).map(toSignatureProblem);
  }

  async #named(sql: string): Promise<Record<string, number>> {
    const rows = await rowsOf<{ name: string; n: number }>(this.#pool, sql);
    return Object.fromEntries(rows.map(({ name, n }) => [name, n]));
  }
}
