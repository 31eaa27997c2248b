import type { CheckedBatch } from './checked-batch.ts';
import type { Watermark } from './watermark.ts';

/** Where ingest writes. A promise that resolves means: on disk. */
export interface BatchStore {
  /**
   * Stores batches in one transaction, in order; nothing of the group is stored when it rejects. Rejects with
   * StoreUnavailable when the database as a whole cannot write now, with anything else when it cannot take these batches.
   */
  commit(batches: readonly CheckedBatch[], atMs: number): Promise<readonly BatchOutcome[]>;
  /** Rejects while the database does not answer. */
  ping(): Promise<void>;
}

export interface BatchOutcome {
  /** Chain hash at the watermark: a device with another hash there was rolled back, and one without it believes no ack. */
  readonly head?: string;
  readonly inserted: number;
  readonly duplicates: number;
  /** Rows that arrived again with another hash; the first is kept. */
  readonly conflicts: number;
  readonly breaks: number;
  /** Numbers newly declared lost. */
  readonly declared: number;
  readonly watermark: Watermark;
}
