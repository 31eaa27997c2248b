import type { Clock, Logger } from '@lineside/kit';
import type { DeviceState, UpdateReport } from '@lineside/protocol';
import type { DayWindow } from './limits/index.ts';
import type { MediaTimes } from './media/index.ts';
import type { WindowOptions } from './outbox/index.ts';
import type { DesiredHandler, MediaOutbox, Outbox } from './ports/index.ts';
import type { BrokerAccess } from './session/index.ts';

/** Every time and size of the uplink; the defaults are in `TUNING`. */
export interface Tuning {
  readonly window: WindowOptions;
  /** Back-off between connections. */
  readonly reconnect: { readonly firstMs: number; readonly maxMs: number };
  /** After a connection that lasted so long the back-off starts again. */
  readonly stableMs: number;
  /** Back-off between connections while another device uses the same identity. */
  readonly conflict: { readonly firstMs: number; readonly maxMs: number };
  readonly connectMs: number;
  readonly keepaliveS: number;
  readonly media: MediaTimes;
  /** Acks are made durable together, at the latest after this. */
  readonly saveAcksMs: number;
  /** Without any ack for so long while batches are in flight, the uplink connects again. */
  readonly silenceMs: number;
  /** How often the reported document is published, if it changed. */
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
  saveAcksMs: 50,
  silenceMs: 180_000,
  reportMs: 30_000,
};

export interface UplinkOptions {
  readonly broker: BrokerAccess;
  readonly outbox: Outbox;
  readonly media?: MediaOutbox;
  /** Applies desired documents; where left out, each is reported as not applied. */
  readonly desired?: DesiredHandler;
  /** What updates have brought and are doing, for the reported document. */
  readonly updates?: () => UpdateReport | undefined;
  /** Name of the line for people, and the version of the program. */
  readonly line?: string;
  readonly version?: string;
  /** Shifts of the line, so that the collector divides its time as the device does. */
  readonly shifts?: DeviceState['shifts'];
  /** Ed25519 public key (raw, base64url) with which the heads of the chains are signed. */
  readonly publicKey?: string;
  /** Most bytes per second to the network, on average; a quarter of it is for evidence. */
  readonly maxBytesPerS?: number;
  /** When evidence may be sent, by the machine's clock; always where left out. */
  readonly mediaWindow?: DayWindow;
  readonly clock: Clock;
  readonly log: Logger;
  /** 0 to 1. */
  readonly random: () => number;
  readonly tuning?: Partial<Tuning>;
}
