import type { PieceVerdict } from '../../domain/index.ts';
import type { Failure, NewestResult, OutputCounts, PieceOrder, Readiness, StationOptions } from '../output/index.ts';

/** One output as the process of the outputs needs it. `url` holds secrets. */
export interface OutputPlan extends StationOptions {
  readonly url: string;
  /** For people and logs. */
  readonly shown: string;
  readonly reject: string | undefined;
  /** First register of the result block. */
  readonly results: string | undefined;
  readonly encoderPoint: string | undefined;
  readonly encoderEveryMs: number;
  readonly heartbeatMs: number;
  readonly armed: boolean;
}

/** Where the result blocks of all outputs are served, one after the other, for reading only. */
export interface ServerPlan {
  readonly url: string;
  /** Addresses of clients; any where it is empty. */
  readonly allow: readonly string[];
}

/** To the process of the outputs. */
export type ToOutputs =
  | { readonly type: 'plan'; readonly outputs: readonly OutputPlan[]; readonly servers: readonly ServerPlan[] }
  | { readonly type: 'beat'; readonly inspecting: readonly string[] }
  | ({ readonly type: 'piece'; readonly output: string } & PieceOrder)
  | ({ readonly type: 'verdict'; readonly output: string; readonly piece: number } & PieceVerdict)
  | { readonly type: 'arm'; readonly output: string; readonly armed: boolean }
  | { readonly type: 'stop' };

export interface Latency {
  readonly p50: number;
  readonly p99: number;
  readonly max: number;
}

/** What is known of one output. */
export interface OutputState {
  readonly id: string;
  readonly readiness: Readiness;
  readonly armed: boolean;
  readonly connected: boolean;
  /** Why it is not connected. */
  readonly problem: string | undefined;
  readonly inTransit: number;
  readonly counts: OutputCounts;
  readonly newest: NewestResult | undefined;
  /** Milliseconds from a piece's arrival at the output to its change, of the latest rejects. */
  readonly lateness: Latency | undefined;
}

/** From the process of the outputs. */
export type FromOutputs =
  | { readonly type: 'up' }
  | { readonly type: 'state'; readonly outputs: readonly OutputState[] }
  | ({ readonly type: 'failure'; readonly output: string } & Failure)
  | {
      readonly type: 'log';
      readonly level: 'debug' | 'info' | 'warn' | 'error';
      readonly facts: object;
      readonly message: string;
    };

const TO = ['plan', 'beat', 'piece', 'verdict', 'arm', 'stop'];
const FROM = ['up', 'state', 'failure', 'log'];

/** Both ends are from one package: the type of a message says its form. */
export function isToOutputs(message: unknown): message is ToOutputs {
  return hasType(message, TO);
}

export function isFromOutputs(message: unknown): message is FromOutputs {
  return hasType(message, FROM);
}

function hasType(message: unknown, types: readonly string[]): boolean {
  return typeof message === 'object' && message !== null && 'type' in message && types.includes(String(message.type));
}
