import type pg from 'pg';
import { inTransaction, rowsOf, type Queryable } from './database.ts';

const CANDIDATES = `select j.id, s.last as upto from journals j
  join spans s on s.journal = j.id and s.first = 1 where j.stream = $1 order by j.id`;

// Numbers of one stream come mostly in order, so the old ones are the first ones; the first that is not old ends it.
const CUT = `select max(seq) as seq, count(*) as n from (
    select seq from records where journal = $1 and seq <= $2 and seq < coalesce((
      select seq from records where journal = $1 and received_ms >= $3 order by seq limit 1), 9007199254740991)
    order by seq limit $4) as old`;

const NOTE = `insert into retired (journal, last, head, count, at_ms)
  select journal, seq, hash, $3, $4 from records where journal = $1 and seq = $2
  on conflict (journal) do update set last = excluded.last, head = excluded.head,
    count = retired.count + excluded.count, at_ms = excluded.at_ms`;

/** Takes old records of a stream away, one journal after the other; resolves to how many. */
export async function retireRecords(
  pool: pg.Pool,
  stream: string,
  before: number,
  limit: number,
  atMs: number,
): Promise<number> {
  let taken = 0;
  for (const { id, upto } of await rowsOf<{ id: number; upto: number }>(pool, CANDIDATES, [stream])) {
    taken += await inTransaction(pool, async (tx) => retireJournal(tx, { id, upto, before, limit, atMs }));
  }
  return taken;
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
