import type { SeqRange, Stream } from '@lineside/protocol';

/** Where a stream stands, as the one who keeps it knows. */
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

/** Consecutive records `from..to`, each as the canonical JSON text that was promised. */
export interface OutboxBatch {
  readonly from: number;
  readonly to: number;
  readonly prev: string;
  readonly head: string;
  readonly records: readonly string[];
}

/** What the uplink needs of a journal. Calls may throw: then nothing is sent or confirmed, and it is tried again. */
export interface Outbox {
  readonly device: string;
  readonly epoch: string;
  readonly boot: string;
  stats(): Readonly<Record<Stream, OutboxStream>>;
  /** Records from `from`, or from the lowest held above it; undefined where there is none. At least one otherwise. */
  read(stream: Stream, from: number, limit: number, maxBytes: number): OutboxBatch | undefined;
  /**
   * The collector has committed everything up to `upto` and the ranges in `sack`; durable when it returns. `proof`: its
   * chain hash after `upto`. Throws an error with code `ack_forked` where the outbox has another there.
   */
  ack(stream: Stream, upto: number, sack: readonly SeqRange[], srvTs?: number, proof?: string): void;
  /** False where the chain hash after `seq` is known here and is not `proof`. */
  agrees?(stream: Stream, seq: number, proof: string): boolean;
  /** The collector holds what this outbox never wrote: it was turned back, and must not go on under its epoch. */
  behind?(why: string): void;
  /** Numbers of the tombstones that speak for what of `from..to` is no longer held. */
  tombstones(stream: Stream, from: number, to: number): readonly number[];
  /** Calls back after each commit of new records; returns how to stop that. */
  onAppend(listener: () => void): () => void;
}

export interface PendingMedia {
  readonly sha256: string;
  readonly bytes: number;
  readonly mime: string;
}

/** Pictures that the collector lacks. */
export interface MediaOutbox {
  stats(): { readonly pending: number };
  /** Oldest first. */
  pending(limit: number): readonly PendingMedia[];
  /** The bytes, checked against their hash; rejects where they are gone or damaged. */
  open(sha256: string): Promise<Uint8Array>;
  /** The collector has hashed and committed them. */
  uploaded(sha256: string): void;
  /** False once the picture was given up; an upload on its way is then cancelled. */
  holds?(sha256: string): boolean;
}
