import type { BrowsedPoint, PointReading, PointWrite, WatchedPoint } from '../point-protocol.ts';
import type { PointErrorCode } from '../errors.ts';
import type { OpcuaTarget } from './opcua-address.ts';

/** What is asked of the process of a connection to OPC UA. */
export type Request =
  | { readonly type: 'open'; readonly target: OpcuaTarget; readonly folder: string }
  | { readonly type: 'read'; readonly points: readonly string[] }
  | { readonly type: 'write'; readonly writes: readonly PointWrite[] }
  | { readonly type: 'browse'; readonly from: string | undefined; readonly limit: number }
  | { readonly type: 'watch'; readonly points: readonly WatchedPoint[] }
  | { readonly type: 'close' };

/** `session` counts connections: what belongs to an earlier one is passed over. */
export type ToOpcua = { readonly session: number; readonly id: number; readonly request: Request };

export interface Answers {
  readonly open: undefined;
  readonly read: readonly PointReading[];
  readonly write: undefined;
  readonly browse: readonly BrowsedPoint[];
  readonly watch: undefined;
  readonly close: undefined;
}

export interface Failed {
  readonly code: PointErrorCode;
  readonly message: string;
}

export type FromOpcua =
  /** The library is loaded. */
  | { readonly type: 'up' }
  | { readonly type: 'answer'; readonly id: number; readonly value: unknown }
  | ({ readonly type: 'failed'; readonly id: number } & Failed)
  | { readonly type: 'changes'; readonly session: number; readonly changes: readonly Change[] }
  | { readonly type: 'alive'; readonly session: number }
  | ({ readonly type: 'ended'; readonly session: number } & Failed)
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn';
      readonly facts: object;
      readonly message: string;
    };

/** A new reading of the watched point with this index. */
export interface Change {
  readonly index: number;
  readonly reading: PointReading;
}

const FROM = ['up', 'answer', 'failed', 'changes', 'alive', 'ended', 'log'];

/** Both ends are from one package: the type of a message says its form. */
export function isFromOpcua(message: unknown): message is FromOpcua {
  return typeof message === 'object' && message !== null && 'type' in message && FROM.includes(String(message.type));
}

export function isToOpcua(message: unknown): message is ToOpcua {
  return typeof message === 'object' && message !== null && 'session' in message && 'request' in message;
}
