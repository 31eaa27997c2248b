import type pg from 'pg';
import type { StoredSummary } from '../../records/index.ts';
import type { DerivedSource, DerivedTables } from '../../verification/index.ts';
import { fromEventRow, type EventRowSql } from '../event-row.ts';
import { rowsOf } from './database.ts';

/** The derived tables as they are stored, for verification. */
export class PostgresDerived implements DerivedSource {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async rows<T extends keyof DerivedTables>(table: T): Promise<readonly DerivedTables[T][]> {
    return rowsOf<DerivedTables[T]>(this.#pool, `select * from ${table}`);
  }

  async events(afterId: number, limit: number): Promise<readonly { id: number; summary: StoredSummary }[]> {
    const sql = 'select * from events where id > $1 order by id limit $2';
    const rows = await rowsOf<EventRowSql>(this.#pool, sql, [afterId, limit]);
    return rows.map((row) => ({ id: row.id, summary: fromEventRow(row) }));
  }
}
