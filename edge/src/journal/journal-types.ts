import type { ClockQuality, Stream } from '@lineside/protocol/records';
import type { Clock, Logger } from '@lineside/kit';
import type { JournalAlarms } from './alarms.ts';
import type { StreamQuotas } from './stream-quota.ts';

/** What became of an acknowledgement. `beyond`: of numbers that were never written; `forked`: another record is there. */
export type AckOutcome = 'ok' | 'beyond' | 'forked';

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
  /** Of single streams; what is left out takes its usual share. */
  readonly streamQuotas?: Partial<StreamQuotas>;
  /** Kept free for the day the disk is full; 0 for none. */
  readonly ballastBytes?: number;
  /** Where the journal raises its alarms; one of its own when left out. */
  readonly alarms?: JournalAlarms;
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

/** A record as it was just written. */
export interface WrittenRecord extends Position {
  readonly kind: string;
  readonly wallMs: number;
  readonly clock: ClockQuality;
  readonly body: object;
}

/** Tables derived from the records, in the same database and changed in the same transactions as they. */
export interface DerivedTable {
  /** Inside the transaction that has written `record`. */
  written(record: WrittenRecord): void;
  /** Inside the transaction that is about to delete the records of `stream` up to `upto`. */
  dropping(stream: Stream, upto: number): void;
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

/** Numbers given up before delivery, and why; said by a tombstone that is still held. */
export interface DeclaredLoss {
  readonly from: number;
  readonly to: number;
  readonly reason: string;
}

/** The end of a stream: its highest number (0: none) and the chain hash after it. */
export interface StreamEnd {
  readonly seq: number;
  readonly head: string;
}

/** Called after each commit of new records. */
export type AppendListener = (positions: readonly Position[]) => void;
