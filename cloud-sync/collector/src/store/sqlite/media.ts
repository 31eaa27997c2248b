import type Database from 'better-sqlite3';
import type { MediaCatalogue, MediaRow } from '../../media/index.ts';

/** Table `media`: one row per picture, whose bytes lie elsewhere. */
export class SqliteMedia implements MediaCatalogue {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async get(sha256: string): Promise<MediaRow | undefined> {
    return this.#db
      .prepare<[string], MediaRow>(
        'select sha256, device, bytes, mime, stored_ms as storedAtMs from media where sha256 = ? and retired_ms is null',
      )
      .get(sha256);
  }

  async save({ sha256, device, bytes, mime, storedAtMs }: MediaRow): Promise<void> {
    this.#db
      .prepare(
        `insert into media (sha256, device, bytes, mime, stored_ms) values (?, ?, ?, ?, ?)
         on conflict (sha256) do update set retired_ms = null, stored_ms = excluded.stored_ms
         where media.retired_ms is not null`,
      )
      .run(sha256, device, bytes, mime, storedAtMs);
  }
}
