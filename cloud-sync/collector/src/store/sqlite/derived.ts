import type Database from 'better-sqlite3';
import type { StoredSummary } from '../../records/index.ts';
import type { DerivedSource, DerivedTables } from '../../verification/index.ts';
import { fromEventRow, type EventRowSql } from '../event-row.ts';

/** The derived tables as they are stored, for verification. */
export class SqliteDerived implements DerivedSource {
  readonly #db: Database.Database;

  constructor(db: Database.Database) {
    this.#db = db;
  }

  async rows<T extends keyof DerivedTables>(table: T): Promise<readonly DerivedTables[T][]> {
    return this.#db.prepare<[], DerivedTables[T]>(`select * from ${table}`).all();
  }

  async events(afterId: number, limit: number): Promise<readonly { id: number; summary: StoredSummary }[]> {
    return this.#db
      .prepare<[number, number], EventRowSql>('select * from events where id > ? order by id limit ?')
      .all(afterId, limit)
      .map((row) => ({ id: row.id, summary: fromEventRow(row) }));
  }
}
