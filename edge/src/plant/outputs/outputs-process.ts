import { type Clock, entryBeside, KeptProcess, type Logger, type Service } from '@lineside/kit';
import type { PieceVerdict } from '../../domain/index.ts';
import type { Failure, NewestResult, PieceOrder } from '../output/index.ts';
import {
  isFromOutputs,
  type OutputPlan,
  type OutputState,
  type ServerPlan,
  type ServerState,
  type ToOutputs,
} from './messages.ts';

const BEAT_MS = 100;
const RESTART_MS = 1_000;
/** A process that reports nothing for longer hangs. */
const SILENT_MS = 5_000;
const START_MS = 5_000;
const GRACE_MS = 2_000;
const STOP: ToOutputs = { type: 'stop' };

export interface OutputsProcessOptions {
  /** With what is armed by now; asked for at each start. */
  readonly plans: () => readonly OutputPlan[];
  /** Default: none. */
  readonly servers?: readonly ServerPlan[];
  /** Outputs whose camera is inspected now. */
  readonly inspecting: () => readonly string[];
  readonly onFailure: (output: string, failure: Failure) => void;
  /** A piece was judged, or has arrived without a verdict; it comes again where a verdict changes. `atMs` is monotonic. */
  readonly onResult?: (output: string, result: NewestResult) => void;
  /** The process ended and is being started again. */
  readonly onDown: (reason: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The process of the outputs, started again when it ends or hangs. Nothing here waits for it. */
export class OutputsProcess implements Service {
  readonly name = 'outputs';
  readonly #options: OutputsProcessOptions;
  readonly #process: KeptProcess;
  #states: readonly OutputState[] = [];
  #servers: readonly ServerState[] = [];

  constructor(options: OutputsProcessOptions) {
    this.#options = options;
    const { plans, servers = [], inspecting, clock } = options;
    this.#process = new KeptProcess({
      ...{ name: this.name, entry: entryBeside(import.meta.url, 'main'), stop: STOP },
      ...{ beatMs: BEAT_MS, silentMs: SILENT_MS, startMs: START_MS, graceMs: GRACE_MS, restartMs: RESTART_MS, clock },
      first: (): ToOutputs => ({ type: 'plan', outputs: plans(), servers }),
      beat: () => this.#send({ type: 'beat', inspecting: inspecting() }),
      onMessage: (message) => this.#take(message),
      onEnd: (reason) => this.#ended(reason),
    });
  }

  /** What was reported last. */
  get states(): readonly OutputState[] {
    return this.#states;
  }

  /** How the servers were when it was reported last. */
  get servers(): readonly ServerState[] {
    return this.#servers;
  }

  get restarts(): number {
    return this.#process.restarts;
  }

  piece(output: string, order: PieceOrder): void {
    this.#send({ type: 'piece', output, ...order });
  }

  verdict(output: string, piece: number, verdict: PieceVerdict): void {
    this.#send({ type: 'verdict', output, piece, ...verdict });
  }

  arm(output: string, armed: boolean): void {
    this.#send({ type: 'arm', output, armed });
  }

  async run(signal: AbortSignal): Promise<void> {
    await this.#process.run(signal);
  }

  #ended(reason: string | undefined): void {
    this.#states = this.#states.map((state) => ({ ...state, readiness: 'service_silent', connected: false }));
    this.#servers = this.#servers.map((server) => ({ ...server, up: false, clients: 0, problem: reason }));
    if (reason !== undefined) this.#options.onDown(reason);
  }

  #take(message: unknown): void {
    const { log, onFailure, onResult } = this.#options;
    if (!isFromOutputs(message)) return;
    switch (message.type) {
      case 'up':
        break;
      case 'state':
        this.#states = message.outputs;
        this.#servers = message.servers;
        break;
      case 'failure':
        onFailure(message.output, message);
        break;
      case 'result':
        onResult?.(message.output, message.result);
        break;
      case 'log':
        log[message.level](message.facts, message.message);
        break;
    }
  }

  #send(message: ToOutputs): void {
    this.#process.send(message);
  }
}
