import type Database from 'better-sqlite3';
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

const DEVICES = `select d.device, d.first_seen_ms, d.last_seen_ms, d.birth, d.reported, c.device is not null as has_credential
  from devices d left join credentials c on c.device = d.device order by d.device`;

const STREAMS = `select j.device, j.epoch, j.stream, j.stored,
    (select coalesce(sum(last - first + 1), 0) from transferred x where x.journal = j.id) as transferred,
    coalesce((select count from retired t where t.journal = j.id), 0) as retired,
    (select coalesce(sum(last - first + 1), 0) from spans s where s.journal = j.id) as covered,
    (select coalesce(max(last), 0) from spans s where s.journal = j.id) as highest,
    coalesce((select last from spans s where s.journal = j.id and s.first = 1), 0) as upto,
    coalesce((select hash from records r where r.journal = j.id order by seq desc limit 1),
      (select t.head from retired t where t.journal = j.id)) as head, ${SIGNED_UPTO} as signedUpto
  from journals j order by j.device, j.id`;

const SAMPLES = `select j.device, r.journal, r.seq, r.json from journals j join records r on r.journal = j.id
  where j.device = :device and j.stream = 'telemetry' and r.kind = 'counters' and r.wall_ms between :fromMs and :toMs
  order by r.journal, r.seq`;

const NEIGHBOURS = `select max((select r.wall_ms from records r where r.journal = j.id and r.kind = 'counters' and r.wall_ms < :fromMs
      order by r.wall_ms desc limit 1)) as beforeMs,
    min((select r.wall_ms from records r where r.journal = j.id and r.kind = 'counters' and r.wall_ms > :toMs
      order by r.wall_ms limit 1)) as afterMs
  from journals j where j.device = :device and j.stream = 'telemetry'`;

const BREAKS = `select j.device, j.epoch, j.stream, b.seq, b.link, b.expected, b.found, b.at_ms as atMs, b.times
  from chain_breaks b join journals j on j.id = b.journal order by b.at_ms desc limit ?`;

const CONFLICTS = `select j.device, j.epoch, j.stream, c.seq, c.kept_hash as keptHash, c.refused_hash as refusedHash,
    c.content_differs as differs, c.at_ms as atMs, c.times
  from conflicts c join journals j on j.id = c.journal order by c.at_ms desc limit ?`;

const COUNTS = `select (select count(*) from devices) as devices,
    (select count(*) from gaps where state = 'open') as gapsOpen,
    (select count(*) from chain_breaks) as chainBreaks,
    (select count(*) from conflicts) as conflicts,
    (select count(*) from media where retired_ms is null) as media,
    (select coalesce(sum(bytes), 0) from media where retired_ms is null) as mediaBytes`;

type Counts = Pick<Totals, 'devices' | 'gapsOpen' | 'chainBreaks' | 'conflicts' | 'media' | 'mediaBytes'>;

/** Everything that is only read, each in one short statement. */
export class SqliteQueries implements RecordQueries {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async devices(): Promise<readonly DeviceRow[]> {
    return this.#all<DeviceSql>(DEVICES).map(toDeviceRow);
  }

  async streams(): Promise<readonly StreamRow[]> {
    return this.#all<StreamSql>(STREAMS).map(toStreamRow);
  }

  async telemetry(): Promise<readonly TelemetryRow[]> {
    return toTelemetryRows(this.#all<TelemetrySql>('select * from telemetry order by device, camera, model'));
  }

  async inspectionSamples({ device, fromMs, toMs }: SampleQuery): Promise<readonly InspectionSample[]> {
    const rows = this.#db.prepare<[object], SampleSql>(SAMPLES).all({ device, fromMs, toMs });
    return toSamples(rows);
  }

  async sampleNeighbours({ device, fromMs, toMs }: SampleQuery): Promise<Neighbours> {
    return toNeighbours(this.#db.prepare<[object], NeighboursSql>(NEIGHBOURS).get({ device, fromMs, toMs }));
  }

  async events(query: EventQuery): Promise<Page<EventSummary>> {
    const { device, kind, severity, sinceMs, untilMs, state, limit, cursor } = query;
    const after = cursor === undefined ? undefined : decodeCursor(cursor);
    const conditions = [
      ...(device === undefined ? [] : ['e.device = :device']),
      ...(kind === undefined ? [] : ['e.kind = :kind']),
      ...(severity === undefined ? [] : ['e.severity = :severity']),
      ...(sinceMs === undefined ? [] : ['e.updated_ms >= :sinceMs']),
      ...(untilMs === undefined ? [] : ['min(e.opened_ms, e.received_ms) <= :untilMs']),
      ...(state === undefined ? [] : ['e.closed_ms is null']),
      ...(after === undefined ? [] : ['(min(e.opened_ms, e.received_ms), e.id) < (:openedAtMs, :id)']),
    ];
    const where = conditions.length === 0 ? '' : `where ${conditions.join(' and ')}`;
    const rows = this.#db
      .prepare<[object], EventPageSql>(
        `${EVENTS} ${where} order by min(e.opened_ms, e.received_ms) desc, e.id desc limit :limit`,
      )
      .all({
        ...{ device, kind, severity, sinceMs, untilMs, limit: limit + 1 },
        ...{ openedAtMs: after?.openedAtMs, id: after?.id },
      });
    return eventPage(rows, limit);
  }

  async totals(): Promise<Totals> {
    const [counts] = this.#all<Counts>(COUNTS);
    if (counts === undefined) throw new Error('a select of counts returned no row');
    return {
      ...counts,
      ...streamSums(await this.streams()),
      records: this.#named('select stream as name, sum(stored) as n from journals group by stream'),
      events: this.#named('select kind as name, count(*) as n from events group by kind'),
    };
  }

  async chainBreaks(limit: number): Promise<readonly ChainBreak[]> {
    return this.#all<ChainBreak>(BREAKS, limit);
  }

  async conflicts(limit: number): Promise<readonly Conflict[]> {
    return this.#all<ConflictSql>(CONFLICTS, limit).map(toConflict);
  }

  async losses(limit: number): Promise<readonly LossRow[]> {
    return this.#all<LossRow>(lossesSql('?'), limit);
  }

  async signatureProblems(limit: number): Promise<readonly SignatureProblem[]> {
    return this.#all<SignatureProblemSql>(signatureProblemsSql('?'), limit).map(toSignatureProblem);
  }

  #all<Row>(sql: string, ...parameters: number[]): Row[] {
    return this.#db.prepare<number[], Row>(sql).all(...parameters);
  }

  #named(sql: string): Record<string, number> {
    return Object.fromEntries(this.#all<{ name: string; n: number }>(sql).map(({ name, n }) => [name, n]));
  }
}
