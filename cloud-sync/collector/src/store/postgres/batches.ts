import type pg from 'pg';
import type { BatchOutcome, BatchStore, CheckedBatch } from '../../ingest/index.ts';
import { orUnavailable } from '../store-unavailable.ts';
import { writeBatches } from './batch-writer.ts';
import { inTransaction } from './database.ts';

/** Commits groups of batches, one transaction each. */
export class PostgresBatches implements BatchStore {
  readonly #pool: pg.Pool;

  constructor(pool: pg.Pool) {
    this.#pool = pool;
  }

  async commit(batches: readonly CheckedBatch[], atMs: number): Promise<readonly BatchOutcome[]> {
    return orUnavailable(async () => inTransaction(this.#pool, async (tx) => writeBatches(tx, batches, atMs)));
  }

  async ping(): Promise<void> {
    await this.#pool.query('select 1');
  }
}
