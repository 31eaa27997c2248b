import type pg from 'pg';
import type { ClusterStore } from '../../cluster/index.ts';
import { rowsOf } from './database.ts';

// The database's clock compares all reports; those more than a day old are deleted at the same time.
const REPORT = `with reported as (
    insert into collectors values ($1, now()) on conflict (id) do update set seen_at = excluded.seen_at
  ), deleted as (
    delete from collectors where id <> $1 and seen_at < now() - interval '1 day'
  )
  select count(*) as others from collectors where id <> $1 and seen_at > now() - $2 * interval '1 millisecond'`;

/** 62 bits of a random UUID; the first collector that asks draws them. */
const DRAW_SHARE_KEY = `insert into meta
  select 'share_key', ('x' || right(replace(gen_random_uuid()::text, '-', ''), 16))::bit(64)::bigint
  on conflict (name) do nothing`;
const SHARE_KEY = `select to_hex(value) as key from meta where name = 'share_key'`;

/** Tables `cluster` and `collectors`, and one row of `meta`. */
export class PostgresCluster implements ClusterStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async id(): Promise<string> {
    const [row] = await rowsOf<{ id: string }>(this.#pool, 'select id from cluster limit 1');
    if (row === undefined) throw new Error('table cluster has lost its row');
    return row.id;
  }

  async shareName(): Promise<string> {
    await this.#pool.query(DRAW_SHARE_KEY);
    const [row] = await rowsOf<{ key: string }>(this.#pool, SHARE_KEY);
    if (row === undefined) throw new Error('table meta has lost its share_key');
    return `lineside-collectors-${row.key}`;
  }

  async reportAlive(id: string, aliveMs: number): Promise<number> {
    const [row] = await rowsOf<{ others: number }>(this.#pool, REPORT, [id, aliveMs]);
    return row?.others ?? 0;
  }

  async leave(id: string): Promise<void> {
    await this.#pool.query('delete from collectors where id = $1', [id]);
  }
}
