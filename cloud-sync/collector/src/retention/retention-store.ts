import type { Stream } from '@lineside/protocol';
import type { MediaRow } from '../media/index.ts';

/** What retention deletes from. */
export interface RetentionStore {
  /**
   * Deletes the oldest records of a stream that were received before `receivedBeforeMs`: of each journal at most `limit`
   * and never beyond the watermark. Keeps the number and hash at which the chain continues. Resolves to how many.
   */
  retireRecords(stream: Stream, receivedBeforeMs: number, limit: number, atMs: number): Promise<number>;
  /** Pictures whose bytes are stored, oldest first. */
  oldestMedia(limit: number): Promise<readonly MediaRow[]>;
  /** Bytes of all stored pictures together. */
  mediaBytes(): Promise<number>;
  /** The row stays and says that its bytes are deleted. */
  retireMedia(sha256: string, atMs: number): Promise<void>;
}
