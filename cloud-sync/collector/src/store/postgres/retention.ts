import type pg from 'pg';
import type { Stream } from '@lineside/protocol';
import type { MediaRow } from '../../media/index.ts';
import type { RetentionStore } from '../../retention/index.ts';
import { inTransaction, rowsOf, type Queryable } from './database.ts';

const CANDIDATES = `select j.id, s.last as upto from journals j
  join spans s on s.journal = j.id and s.first = 1 where j.stream = $1 order by j.id`;

// Numbers of one stream arrive mostly in order, so the old ones are the first ones; the first that is not old ends it.
const CUT = `select max(seq) as seq, count(*) as n from (
    select seq from records where journal = $1 and seq <= $2 and seq < coalesce((
      select seq from records where journal = $1 and received_ms >= $3 order by seq limit 1), 9007199254740991)
    order by seq limit $4) as old`;

const NOTE = `insert into retired (journal, last, head, count, at_ms)
  select journal, seq, hash, $3, $4 from records where journal = $1 and seq = $2
  on conflict (journal) do update set last = excluded.last, head = excluded.head,
    count = retired.count + excluded.count, at_ms = excluded.at_ms`;

/** Deletes old records and pictures; table `retired` keeps where each chain continues. */
export class PostgresRetention implements RetentionStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  /** One transaction per journal. */
  async retireRecords(stream: Stream, receivedBeforeMs: number, limit: number, atMs: number): Promise<number> {
    let retired = 0;
    const candidates = await rowsOf<{ id: number; upto: number }>(this.#pool, CANDIDATES, [stream]);
    for (const { id, upto } of candidates) {
      const cut = { id, upto, before: receivedBeforeMs, limit, atMs };
      retired += await inTransaction(this.#pool, async (tx) => retireJournal(tx, cut));
    }
    return retired;
  }

  async oldestMedia(limit: number): Promise<readonly MediaRow[]> {
    return rowsOf<MediaRow>(
      this.#pool,
      `select sha256, device, bytes, mime, stored_ms as "storedAtMs" from media where retired_ms is null
       order by stored_ms limit $1`,
      [limit],
    );
  }

  async mediaBytes(): Promise<number> {
    const sql = 'select coalesce(sum(bytes), 0)::bigint as bytes from media where retired_ms is null';
    const [row] = await rowsOf<{ bytes: number }>(this.#pool, sql);
    return row?.bytes ?? 0;
  }

  async retireMedia(sha256: string, atMs: number): Promise<void> {
    await this.#pool.query('update media set retired_ms = $1 where sha256 = $2', [atMs, sha256]);
  }
}

interface Cut {
  readonly id: number;
  readonly upto: number;
  readonly before: number;
  readonly limit: number;
  readonly atMs: number;
}

async function retireJournal(tx: Queryable, { id, upto, before, limit, atMs }: Cut): Promise<number> {
  await tx.query('select id from journals where id = $1 for update', [id]);
  const [cut] = await rowsOf<{ seq: number | null; n: number }>(tx, CUT, [id, upto, before, limit]);
  if (cut === undefined || cut.seq === null) return 0;
  await tx.query(NOTE, [id, cut.seq, cut.n, atMs]);
  const old = 'where journal = $1 and seq <= $2';
  await tx.query(
    `delete from expected_media x using events e where x.device = e.device and x.event = e.event
       and e.journal = $1 and e.seq <= $2`,
    [id, cut.seq],
  );
  for (const table of ['events', 'inspection_history', 'records']) {
    await tx.query(`delete from ${table} ${old}`, [id, cut.seq]);
  }
  return cut.n;
}
