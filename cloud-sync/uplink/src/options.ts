import type { Clock, Logger } from '@lineside/kit';
import type { DayWindow } from './limits/index.ts';
import type { MediaTimes } from './media/index.ts';
import type { WindowOptions } from './outbox/index.ts';
import type { MediaOutbox, Outbox } from './ports/index.ts';
import type { BrokerOptions } from './session/index.ts';

/** Every time and size of the uplink; what is left out is as in `TUNING`. */
export interface Tuning {
  readonly window: WindowOptions;
  /** Back-off between connections, and between those of two boxes that share an identity. */
  readonly reconnect: { readonly firstMs: number; readonly maxMs: number };
  /** A connection that lasted so long was a good one: the back-off starts anew after it. */
  readonly stableMs: number;
  readonly conflict: { readonly firstMs: number; readonly maxMs: number };
  readonly connectMs: number;
  readonly keepaliveS: number;
  readonly media: MediaTimes;
  /** Acks are noted in the outbox together, at the latest after this. */
  readonly ackNoteMs: number;
  /** Without any ack for so long while batches are on their way, the connection is made anew. */
  readonly silenceMs: number;
  /** How often the cloud is told what waits here, where that changed. */
  readonly reportMs: number;
}

export const TUNING: Tuning = {
  window: { batches: 16, records: 300, bytes: 192 * 1024, ackMs: 10_000, maxAckMs: 60_000, targetMs: 300 },
  reconnect: { firstMs: 1_000, maxMs: 60_000 },
  stableMs: 30_000,
  conflict: { firstMs: 30_000, maxMs: 600_000 },
  connectMs: 10_000,
  keepaliveS: 15,
  media: { requestMs: 60_000, retryMs: 5_000, parkMs: 3_600_000 },
  ackNoteMs: 50,
  silenceMs: 180_000,
  reportMs: 30_000,
};

export interface UplinkOptions {
  readonly broker: Pick<BrokerOptions, 'url' | 'username' | 'password' | 'tls'>;
  readonly outbox: Outbox;
  readonly media?: MediaOutbox;
  /** What the line is called by people, and the version of the program. */
  readonly line?: string;
  readonly version?: string;
  /** Ed25519 public key (raw, base64url) with which the heads of the chains are signed. */
  readonly publicKey?: string;
  /** Most bytes per second to the network, on the average; a quarter of it is for pictures. */
  readonly maxBytesPerS?: number;
  /** When pictures may be sent, by the machine's clock; always where left out. */
  readonly mediaWindow?: DayWindow;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  readonly tuning?: Partial<Tuning>;
}
