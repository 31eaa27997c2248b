import type { DesiredStatus, Stream, UpdateReport } from '@lineside/protocol';
import type { OutboxStream, RefusedReason, UplinkProblem } from './ports/index.ts';

/** The state of the uplink, for status page and command line. Times are wall ms. */
export interface UplinkSnapshot {
  /** `broker`: connected, but no collector is online. */
  readonly link: 'down' | 'broker' | 'online';
  readonly since: number;
  /** Of the current connection. */
  readonly session?: string;
  readonly collector?: string;
  readonly streams: Readonly<Record<Stream, OutboxStream>>;
  readonly queued: number;
  /** Wall ms of the oldest record that is not acknowledged. */
  readonly oldest?: number;
  /** Batches in flight. */
  readonly inFlight: number;
  /** Records confirmed, and batches sent again, since the start. */
  readonly acked: number;
  readonly resent: number;
  /** Messages that were not followed, by reason. */
  readonly refused: Readonly<Record<RefusedReason, number>>;
  readonly connects: number;
  readonly identityConflicts: number;
  /** Stays until something is delivered again; an identity conflict stays for ten minutes more. */
  readonly lastError?: UplinkProblem & { readonly at: number };
  readonly mediaQueued: number;
  readonly mediaSent: number;
  /** Uploads that ended because the file was given up meanwhile. */
  readonly mediaCancelled: number;
  /** The newest desired document that arrived, and what became of it. */
  readonly desired?: DesiredStatus;
  readonly updates?: UpdateReport;
  /** Records confirmed per second over the last half minute, and how long the queue takes at that pace. */
  readonly drainPerS: number;
  readonly emptyInS?: number;
  /** Bytes of batches sent since the start, compressed, and the records in them. */
  readonly sent: { readonly bytes: number; readonly records: number };
}
