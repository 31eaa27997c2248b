import type pg from 'pg';
import type { MediaCatalogue, MediaRow } from '../../media/index.ts';
import { inTransaction, rowsOf } from './database.ts';

/** Table `media`: one row per picture, whose bytes lie elsewhere. */
export class PostgresMedia implements MediaCatalogue {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async get(sha256: string): Promise<MediaRow | undefined> {
    const [row] = await rowsOf<MediaRow>(
      this.#pool,
      `select sha256, device, bytes, mime, stored_ms as "storedAtMs" from media
       where sha256 = $1 and retired_ms is null`,
      [sha256],
    );
    return row;
  }

  async save({ sha256, device, bytes, mime, storedAtMs }: MediaRow): Promise<void> {
    await inTransaction(this.#pool, async (tx) =>
      tx.query(
        `insert into media (sha256, device, bytes, mime, stored_ms) values ($1, $2, $3, $4, $5)
         on conflict (sha256) do update set retired_ms = null, stored_ms = excluded.stored_ms
         where media.retired_ms is not null`,
        [sha256, device, bytes, mime, storedAtMs],
      ),
    );
  }
}
