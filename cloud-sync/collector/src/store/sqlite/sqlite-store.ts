import { open } from 'node:fs/promises';
import type Database from 'better-sqlite3';
import type { DeviceState, Stream } from '@lineside/protocol';
import type {
  BatchOutcome,
  ChainBreak,
  CheckedBatch,
  CollectorStore,
  Conflict,
  Credential,
  DeviceRow,
  EventQuery,
  EventRow,
  Finding,
  GapRow,
  GapState,
  LossRow,
  MediaRow,
  Page,
  SignatureProblem,
  Span,
  StreamKey,
  StreamRow,
  TelemetryRow,
  Totals,
} from '../store.ts';
import { verifyChains } from '../../records/verify.ts';
import { BatchWriter } from './batch-writer.ts';
import { SqliteChains } from './chains.ts';
import { GapBook } from './gaps.ts';
import { openDatabase } from './open.ts';
import { Queries } from './queries.ts';
import { retireRecords } from './retention.ts';

/** The store in one SQLite file: write-ahead log, every commit on disk before its promise resolves. */
export class SqliteStore implements CollectorStore {
  readonly #db: Database.Database;
  readonly #writer: BatchWriter;
  readonly #gaps: GapBook;
  readonly #queries: Queries;

  private constructor(db: Database.Database) {
    this.#db = db;
    this.#writer = new BatchWriter(db);
    this.#gaps = new GapBook(db);
    this.#queries = new Queries(db);
  }

  /** Opens or makes `collector.sqlite` in `folder`; throws CollectorError when it is not usable. */
  static open(folder: string): SqliteStore {
    return new SqliteStore(openDatabase(folder));
  }

  /** Writes a copy that is whole as of one moment to `file`, while this store goes on; resolves when it is on disk. */
  async backup(file: string): Promise<void> {
    await this.#db.backup(file);
    const copy = await open(file, 'r+');
    try {
      await copy.sync();
    } finally {
      await copy.close();
    }
  }

  async commit(batches: readonly CheckedBatch[], atMs: number): Promise<readonly BatchOutcome[]> {
    return this.#inTransaction(() => batches.map((batch) => this.#writer.write(batch, atMs)));
  }

  async saveBirth(device: string, birth: DeviceState, atMs: number): Promise<void> {
    this.#db
      .prepare(
        `insert into devices (device, first_seen_ms, last_seen_ms, birth) values (?, ?, ?, ?)
         on conflict do update set last_seen_ms = excluded.last_seen_ms, birth = excluded.birth`,
      )
      .run(device, atMs, atMs, JSON.stringify(birth));
  }

  async saveReported(device: string, json: string, atMs: number): Promise<void> {
    this.#db
      .prepare(
        `insert into devices (device, first_seen_ms, last_seen_ms, reported, reported_ms) values (?, ?, ?, ?, ?)
         on conflict do update set reported = excluded.reported, reported_ms = excluded.reported_ms`,
      )
      .run(device, atMs, atMs, json, atMs);
  }

  async devices(): Promise<readonly DeviceRow[]> {
    return this.#queries.devices();
  }

  async streams(): Promise<readonly StreamRow[]> {
    return this.#queries.streams();
  }

  async telemetry(): Promise<readonly TelemetryRow[]> {
    return this.#queries.telemetry();
  }

  async events(query: EventQuery): Promise<Page<EventRow>> {
    return this.#queries.events(query);
  }

  async totals(): Promise<Totals> {
    return this.#queries.totals();
  }

  async holes(limit: number): Promise<readonly (StreamKey & Span)[]> {
    return this.#gaps.holes(limit);
  }

  async reconcileGaps(ripe: readonly (StreamKey & Span)[], atMs: number): Promise<readonly GapRow[]> {
    return this.#inTransaction(() => this.#gaps.reconcile(ripe, atMs));
  }

  async noteRequest(gap: number, atMs: number): Promise<void> {
    this.#gaps.noteRequest(gap, atMs);
  }

  async gaps(state: GapState | undefined, limit: number): Promise<readonly GapRow[]> {
    return this.#gaps.list(state, limit);
  }

  async chainBreaks(limit: number): Promise<readonly ChainBreak[]> {
    return this.#queries.chainBreaks(limit);
  }

  async conflicts(limit: number): Promise<readonly Conflict[]> {
    return this.#queries.conflicts(limit);
  }

  async losses(limit: number): Promise<readonly LossRow[]> {
    return this.#queries.losses(limit);
  }

  async signatureProblems(limit: number): Promise<readonly SignatureProblem[]> {
    return this.#queries.signatureProblems(limit);
  }

  async media(sha256: string): Promise<MediaRow | undefined> {
    return this.#db
      .prepare<[string], MediaRow>(
        'select sha256, device, bytes, mime, stored_ms as storedMs from media where sha256 = ? and retired_ms is null',
      )
      .get(sha256);
  }

  async saveMedia({ sha256, device, bytes, mime, storedMs }: MediaRow): Promise<void> {
    this.#db
      .prepare(
        `insert into media (sha256, device, bytes, mime, stored_ms) values (?, ?, ?, ?, ?)
         on conflict (sha256) do update set retired_ms = null, stored_ms = excluded.stored_ms
         where media.retired_ms is not null`,
      )
      .run(sha256, device, bytes, mime, storedMs);
  }

  async retire(stream: Stream, receivedBeforeMs: number, limit: number, atMs: number): Promise<number> {
    return this.#inTransaction(() => retireRecords(this.#db, stream, receivedBeforeMs, limit, atMs));
  }

  async oldestMedia(limit: number): Promise<readonly MediaRow[]> {
    return this.#db
      .prepare<[number], MediaRow>(
        `select sha256, device, bytes, mime, stored_ms as storedMs from media where retired_ms is null
         order by stored_ms limit ?`,
      )
      .all(limit);
  }

  async retireMedia(sha256: string, atMs: number): Promise<void> {
    this.#db.prepare('update media set retired_ms = ? where sha256 = ?').run(atMs, sha256);
  }

  async credentials(): Promise<readonly Credential[]> {
    return this.#db
      .prepare<[], Credential>('select device, hash, created_ms as createdMs from credentials order by device')
      .all();
  }

  async credential(device: string): Promise<Credential | undefined> {
    return this.#db
      .prepare<[string], Credential>('select device, hash, created_ms as createdMs from credentials where device = ?')
      .get(device);
  }

  async saveCredential({ device, hash, createdMs }: Credential): Promise<number> {
    return this.#inTransaction(() => {
      this.#db.prepare('insert or replace into credentials values (?, ?, ?)').run(device, hash, createdMs);
      return this.#bumpRevision();
    });
  }

  async removeCredential(device: string): Promise<boolean> {
    return this.#inTransaction(() => {
      const removed = this.#db.prepare('delete from credentials where device = ?').run(device).changes === 1;
      if (removed) this.#bumpRevision();
      return removed;
    });
  }

  async credentialRevision(): Promise<number> {
    return this.#meta('credential_revision');
  }

  async appliedRevision(): Promise<number> {
    return this.#meta('applied_revision');
  }

  async noteApplied(revision: number): Promise<void> {
    this.#db.prepare(`update meta set value = ? where name = 'applied_revision'`).run(revision);
  }

  verify(): AsyncGenerator<Finding, { records: number; streams: number }> {
    return verifyChains(new SqliteChains(this.#db));
  }

  async clusterId(): Promise<undefined> {
    return undefined;
  }

  async attend(): Promise<number> {
    return 0;
  }

  async depart(): Promise<void> {
    return undefined;
  }

  async ping(): Promise<void> {
    this.#db.prepare('select 1').get();
  }

  async close(): Promise<void> {
    this.#db.close();
  }

  #bumpRevision(): number {
    this.#db.prepare(`update meta set value = value + 1 where name = 'credential_revision'`).run();
    return this.#meta('credential_revision');
  }

  #meta(name: string): number {
    const row = this.#db.prepare<[string], { value: number }>('select value from meta where name = ?').get(name);
    return row?.value ?? 0;
  }

  #inTransaction<T>(work: () => T): T {
    return this.#db.transaction(work).immediate();
  }
}
