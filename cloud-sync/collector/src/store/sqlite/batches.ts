import type Database from 'better-sqlite3';
import type { BatchOutcome, BatchStore, CheckedBatch } from '../../ingest/index.ts';
import { orUnavailable } from '../store-unavailable.ts';
import { BatchWriter } from './batch-writer.ts';

/** Commits groups of batches, one transaction each. */
export class SqliteBatches implements BatchStore {
  readonly #db: Database.Database;
  readonly #writer: BatchWriter;

  constructor(db: Database.Database) {
    this.#db = db;
    this.#writer = new BatchWriter(db);
  }

  async commit(batches: readonly CheckedBatch[], atMs: number): Promise<readonly BatchOutcome[]> {
    const write = this.#db.transaction(() => batches.map((batch) => this.#writer.write(batch, atMs)));
    return orUnavailable(() => write.immediate());
  }

  async ping(): Promise<void> {
    this.#db.prepare('select 1').get();
  }
}
