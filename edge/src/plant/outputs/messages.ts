import { isMessageOf, type LogMessage } from '@lineside/kit';
import type { PieceVerdict } from '../../domain/index.ts';
import type {
  Failure,
  HandshakeCounts,
  NewestResult,
  OutputCounts,
  PieceOrder,
  Readiness,
  StationOptions,
} from '../output/index.ts';
import type { Latency } from './latency-meter.ts';

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
  /** Where the controller writes the number of the result that it has taken; served registers have one of their own. */
  readonly acknowledgePoint?: string | undefined;
  readonly armed: boolean;
}

/** Where the result blocks of all outputs are served, one after the other; only acknowledgements can be written. */
export interface ServerPlan {
  readonly url: string;
  /** Addresses of clients; any where it is empty. */
  readonly allow: readonly string[];
}

/** How one of these servers is. */
export interface ServerState {
  readonly url: string;
  readonly up: boolean;
  /** Connections of clients. */
  readonly clients: number;
  /** Why it is not up. */
  readonly problem: string | undefined;
}

/** To the process of the outputs. */
export type ToOutputs =
  | { readonly type: 'plan'; readonly outputs: readonly OutputPlan[]; readonly servers: readonly ServerPlan[] }
  | { readonly type: 'beat'; readonly inspecting: readonly string[] }
  | ({ readonly type: 'piece'; readonly output: string } & PieceOrder)
  | ({ readonly type: 'verdict'; readonly output: string; readonly piece: number } & PieceVerdict)
  | { readonly type: 'arm'; readonly output: string; readonly armed: boolean }
  | { readonly type: 'stop' };

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
  /** Absent where results are not acknowledged. */
  readonly handshake: HandshakeCounts | undefined;
  /** From the moment at which a piece was seen at the line until it was decided. */
  readonly decision: Latency | undefined;
  /** From there until its result stood in the registers of the controller. */
  readonly result: Latency | undefined;
  /** From a piece's arrival at the output to its change, of rejects. */
  readonly lateness: Latency | undefined;
}

/** From the process of the outputs. */
export type FromOutputs =
  | { readonly type: 'up' }
  | { readonly type: 'state'; readonly outputs: readonly OutputState[]; readonly servers: readonly ServerState[] }
  | ({ readonly type: 'failure'; readonly output: string } & Failure)
  | { readonly type: 'result'; readonly output: string; readonly result: NewestResult }
  | LogMessage;

const TO: readonly ToOutputs['type'][] = ['plan', 'beat', 'piece', 'verdict', 'arm', 'stop'];
const FROM: readonly FromOutputs['type'][] = ['up', 'state', 'failure', 'result', 'log'];

/** Both ends are from one package: the type of a message says its form. */
export function isToOutputs(message: unknown): message is ToOutputs {
  return isMessageOf<ToOutputs>(message, TO);
}

export function isFromOutputs(message: unknown): message is FromOutputs {
  return isMessageOf<FromOutputs>(message, FROM);
}
