import type pg from 'pg';
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
import { writeBatches } from './batch-writer.ts';
import { PostgresChains } from './chains.ts';
import { inTransaction, rowsOf, type PostgresAddress, type Queryable } from './database.ts';
import { GapBook } from './gaps.ts';
import { openPostgres } from './open.ts';
import { Queries } from './queries.ts';
import { retireRecords } from './retention.ts';

/** The store in a PostgreSQL database, which any number of collectors may share. */
export class PostgresStore implements CollectorStore {
  readonly #pool: pg.Pool;
  readonly #gaps: GapBook;
  readonly #queries: Queries;

  private constructor(pool: pg.Pool) {
    this.#pool = pool;
    this.#gaps = new GapBook(pool);
    this.#queries = new Queries(pool);
  }

  /** Connects and brings the tables up to date; throws CollectorError, `store_unreachable` when trying again may help. */
  static async open(address: PostgresAddress): Promise<PostgresStore> {
    return new PostgresStore(await openPostgres(address));
  }

  async commit(batches: readonly CheckedBatch[], atMs: number): Promise<readonly BatchOutcome[]> {
    return inTransaction(this.#pool, async (tx) => writeBatches(tx, batches, atMs));
  }

  async saveBirth(device: string, birth: DeviceState, atMs: number): Promise<void> {
    await this.#pool.query(
      `insert into devices (device, first_seen_ms, last_seen_ms, birth) values ($1, $2, $2, $3)
       on conflict (device) do update set last_seen_ms = excluded.last_seen_ms, birth = excluded.birth`,
      [device, atMs, JSON.stringify(birth)],
    );
  }

  async saveReported(device: string, json: string, atMs: number): Promise<void> {
    await this.#pool.query(
      `insert into devices (device, first_seen_ms, last_seen_ms, reported, reported_ms) values ($1, $2, $2, $3, $2)
       on conflict (device) do update set reported = excluded.reported, reported_ms = excluded.reported_ms`,
      [device, atMs, json],
    );
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
    return this.#gaps.reconcile(ripe, atMs);
  }

  async noteRequest(gap: number, atMs: number): Promise<void> {
    await this.#gaps.noteRequest(gap, atMs);
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
    const [row] = await rowsOf<MediaRow>(
      this.#pool,
      'select sha256, device, bytes, mime, stored_ms as "storedMs" from media where sha256 = $1 and retired_ms is null',
      [sha256],
    );
    return row;
  }

  async saveMedia({ sha256, device, bytes, mime, storedMs }: MediaRow): Promise<void> {
    await inTransaction(this.#pool, async (tx) =>
      tx.query(
        `insert into media (sha256, device, bytes, mime, stored_ms) values ($1, $2, $3, $4, $5)
         on conflict (sha256) do update set retired_ms = null, stored_ms = excluded.stored_ms
         where media.retired_ms is not null`,
        [sha256, device, bytes, mime, storedMs],
      ),
    );
  }

  async retire(stream: Stream, receivedBeforeMs: number, limit: number, atMs: number): Promise<number> {
    return retireRecords(this.#pool, stream, receivedBeforeMs, limit, atMs);
  }

  async oldestMedia(limit: number): Promise<readonly MediaRow[]> {
    return rowsOf<MediaRow>(
      this.#pool,
      `select sha256, device, bytes, mime, stored_ms as "storedMs" from media where retired_ms is null
       order by stored_ms limit $1`,
      [limit],
    );
  }

  async retireMedia(sha256: string, atMs: number): Promise<void> {
    await this.#pool.query('update media set retired_ms = $1 where sha256 = $2', [atMs, sha256]);
  }

  async credentials(): Promise<readonly Credential[]> {
    return rowsOf<Credential>(
      this.#pool,
      'select device, hash, created_ms as "createdMs" from credentials order by device',
    );
  }

  async credential(device: string): Promise<Credential | undefined> {
    const [row] = await rowsOf<Credential>(
      this.#pool,
      'select device, hash, created_ms as "createdMs" from credentials where device = $1',
      [device],
    );
    return row;
  }

  async saveCredential({ device, hash, createdMs }: Credential): Promise<number> {
    return inTransaction(this.#pool, async (tx) => {
      await tx.query(
        `insert into credentials values ($1, $2, $3)
         on conflict (device) do update set hash = excluded.hash, created_ms = excluded.created_ms`,
        [device, hash, createdMs],
      );
      return bumpRevision(tx);
    });
  }

  async removeCredential(device: string): Promise<boolean> {
    return inTransaction(this.#pool, async (tx) => {
      const removed = (await tx.query('delete from credentials where device = $1', [device])).rowCount === 1;
      if (removed) await bumpRevision(tx);
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
    await this.#pool.query(`update meta set value = $1 where name = 'applied_revision'`, [revision]);
  }

  verify(): AsyncGenerator<Finding, { records: number; streams: number }> {
    return verifyChains(new PostgresChains(this.#pool));
  }

  async clusterId(): Promise<string> {
    const [row] = await rowsOf<{ id: string }>(this.#pool, 'select id from cluster limit 1');
    if (row === undefined) throw new Error('table cluster has lost its row');
    return row.id;
  }

  async attend(id: string, aliveMs: number): Promise<number> {
    // The database's clock judges all of them; those long gone are forgotten on the way.
    const [row] = await rowsOf<{ others: number }>(
      this.#pool,
      `with noted as (
         insert into collectors values ($1, now()) on conflict (id) do update set seen_at = excluded.seen_at
       ), forgotten as (
         delete from collectors where id <> $1 and seen_at < now() - interval '1 day'
       )
       select count(*) as others from collectors where id <> $1 and seen_at > now() - $2 * interval '1 millisecond'`,
      [id, aliveMs],
    );
    return row?.others ?? 0;
  }

  async depart(id: string): Promise<void> {
    await this.#pool.query('delete from collectors where id = $1', [id]);
  }

  async ping(): Promise<void> {
    await this.#pool.query('select 1');
  }

  async close(): Promise<void> {
    await this.#pool.end();
  }

  async #meta(name: string): Promise<number> {
    const [row] = await rowsOf<{ value: number }>(this.#pool, 'select value from meta where name = $1', [name]);
    return row?.value ?? 0;
  }
}

async function bumpRevision(tx: Queryable): Promise<number> {
  const [row] = await rowsOf<{ value: number }>(
    tx,
    `update meta set value = value + 1 where name = 'credential_revision' returning value`,
  );
  return row?.value ?? 0;
}
