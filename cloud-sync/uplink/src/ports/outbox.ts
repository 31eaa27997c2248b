import type { SeqRange, Stream } from '@lineside/protocol';

/** Where a stream stands. */
export interface OutboxStream {
  /** Lowest number held, and the one that the next record will get. */
  readonly first: number;
  readonly next: number;
  /** Everything up to here is committed at the collector. */
  readonly acked: number;
  /** Held and not confirmed. */
  readonly queued: number;
  readonly oldestQueuedWallMs?: number;
  /** Numbers given up before delivery, each named in a tombstone. */
  readonly declared: number;
}

/** Consecutive records `from..to`, each as the canonical JSON text over which its hash was computed. */
export interface OutboxBatch {
  readonly from: number;
  readonly to: number;
  readonly prev: string;
  readonly head: string;
  readonly records: readonly string[];
}

/**
 * `beyond`: it confirms numbers that were never written. `forked`: the collector has another record under one of the
 * numbers. In both cases nothing is confirmed.
 */
export type AckOutcome = 'ok' | 'beyond' | 'forked';

/** What the uplink needs of a journal. Calls may throw: then nothing is sent or confirmed, and it is tried again. */
export interface Outbox {
  readonly device: string;
  readonly epoch: string;
  readonly boot: string;
  stats(): Readonly<Record<Stream, OutboxStream>>;
  /** Records from `from`, or from the lowest held above it; undefined where there is none. At least one otherwise. */
  read(stream: Stream, from: number, limit: number, maxBytes: number): OutboxBatch | undefined;
  /**
   * The collector has committed everything up to `upto` and the ranges in `sack`. `srvTs` is its wall clock, ms; `proof`
   * its chain hash after `upto`. Takes effect at once; durable after `saveAcks`. An outbox that detects a rollback
   * deals with that by itself.
   */
  ack(stream: Stream, upto: number, sack: readonly SeqRange[], srvTs?: number, proof?: string): AckOutcome;
  /** Makes the acks so far durable, with one sync of the disk. What is lost without it is only sent again. */
  saveAcks(): void;
  /** Numbers of the tombstones that declare what of `from..to` is no longer held. */
  tombstones(stream: Stream, from: number, to: number): readonly number[];
  /** Calls back after each commit of new records; returns a function that ends this. */
  onAppend(listener: () => void): () => void;
}

export interface PendingMedia {
  readonly sha256: string;
  readonly bytes: number;
  readonly mime: string;
}

/** Evidence that the collector lacks. */
export interface MediaOutbox {
  stats(): { readonly pending: number };
  /** Oldest first. */
  pending(limit: number): readonly PendingMedia[];
  /** The bytes, checked against their hash; rejects where they are missing or damaged. */
  open(sha256: string): Promise<Uint8Array>;
  /** The collector has hashed and committed them. */
  uploaded(sha256: string): void;
  /** False once the file was given up; an upload in progress is then cancelled. */
  holds(sha256: string): boolean;
}
