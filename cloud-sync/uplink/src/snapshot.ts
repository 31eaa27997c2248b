import type { DesiredStatus, Stream } from '@lineside/protocol';
import type { OutboxStream, RefusedReason, UplinkProblem } from './ports/index.ts';

/** What page and command line show of the uplink. Times are wall ms. */
export interface UplinkSnapshot {
  /** `broker`: connected, but no collector says that it is there. */
  readonly link: 'down' | 'broker' | 'online';
  readonly since: number;
  /** Of the current connection. */
  readonly session?: string;
  readonly collector?: string;
  readonly streams: Readonly<Record<Stream, OutboxStream>>;
  readonly queued: number;
  /** Wall ms of the oldest record that nobody has confirmed. */
  readonly oldest?: number;
  /** Batches on their way. */
  readonly inFlight: number;
  /** Records confirmed, and batches sent again, since the start. */
  readonly acked: number;
  readonly resent: number;
  /** Messages from below that were not followed, by reason. */
  readonly refused: Readonly<Record<RefusedReason, number>>;
  readonly connects: number;
  readonly identityConflicts: number;
  /** Stays until the uplink has delivered again, and a conflict of identities for ten minutes more. */
  readonly lastError?: UplinkProblem & { readonly at: number };
  readonly mediaQueued: number;
  readonly mediaSent: number;
  /** Uploads that ended because the picture was given up meanwhile. */
  readonly mediaCancelled: number;
  /** The newest desired document that arrived, and what became of it. */
  readonly desired?: DesiredStatus;
  /** Records confirmed per second over the last half minute, and how long the queue takes at that pace. */
  readonly drainPerS: number;
  readonly emptyInS?: number;
  /** Bytes of batches sent since the start, compressed, and the records in them. */
  readonly sent: { readonly bytes: number; readonly records: number };
}
