import type { Stream } from '@lineside/protocol';
import type { Clock, Logger } from '../kit/index.ts';

export interface JournalOptions {
  /** The database file, `DATA/journal.db`; its folder is made where missing. */
  readonly path: string;
  readonly device: string;
  /** Id of this boot of the machine, to which monotonic times belong. */
  readonly boot: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** `count` bytes of real randomness, for the epoch and the records' ids. */
  readonly random: (count: number) => Uint8Array;
  /** Whether the wall clock follows a time server now. */
  readonly synced: () => boolean;
  readonly quotaBytes: number;
}

export interface Entry {
  readonly stream: Stream;
  readonly kind: string;
  readonly body: object;
  /** Monotonic ms of this boot at which it happened, when that is not now. */
  readonly atMs?: number;
}

export interface Position {
  readonly stream: Stream;
  readonly seq: number;
}

/** Consecutive records as they were promised: canonical JSON texts, sent byte for byte. */
export interface JournalBatch {
  readonly from: number;
  readonly to: number;
  /** Chain hash before the first and after the last. */
  readonly prev: string;
  readonly head: string;
  readonly records: readonly string[];
}

export interface StreamStats {
  /** Lowest number held; equal to `next` when none is. */
  readonly first: number;
  readonly next: number;
  /** Everything up to here is committed at the collector. */
  readonly acked: number;
  /** Held and not confirmed. */
  readonly queued: number;
  readonly oldestQueuedWallMs?: number;
  /** Numbers given up before delivery, each named in a tombstone. */
  readonly declared: number;
  readonly bytes: number;
}

/** Told after each commit of new records. */
export type AppendListener = (positions: readonly Position[]) => void;
