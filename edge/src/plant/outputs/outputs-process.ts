import {
  type Clock,
  entryBeside,
  exitText,
  type Logger,
  messageOf,
  type Service,
  SupervisedProcess,
  unlessAbort,
} from '@lineside/kit';
import type { PieceVerdict } from '../../domain/index.ts';
import type { Failure, PieceOrder } from '../output/index.ts';
import { isFromOutputs, type OutputPlan, type OutputState, type ServerPlan, type ToOutputs } from './messages.ts';

const BEAT_MS = 100;
const RESTART_MS = 1_000;
/** A process that reports nothing for longer hangs. */
const SILENT_MS = 5_000;
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
  /** The process ended and is being started again. */
  readonly onDown: (reason: string) => void;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The process of the outputs, started again when it ends or hangs. Nothing here waits for it. */
export class OutputsProcess implements Service {
  readonly name = 'outputs';
  readonly #options: OutputsProcessOptions;
  #process: SupervisedProcess | undefined;
  #states: readonly OutputState[] = [];
  #heardMs = 0;
  #restarts = 0;

  constructor(options: OutputsProcessOptions) {
    this.#options = options;
  }

  /** What was reported last. */
  get states(): readonly OutputState[] {
    return this.#states;
  }

  get restarts(): number {
    return this.#restarts;
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
    const { clock, onDown } = this.#options;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      const reason = await this.#once(signal);
      this.#states = this.#states.map((state) => ({ ...state, readiness: 'service_silent', connected: false }));
      if (isOver()) return;
      this.#restarts += 1;
      onDown(reason);
      await clock.sleep(RESTART_MS, signal).catch(unlessAbort);
    }
  }

  /** One life of the process; gives how it ended. */
  async #once(signal: AbortSignal): Promise<string> {
    const { clock, plans, inspecting, servers = [] } = this.#options;
    const entry = entryBeside(import.meta.url, 'main');
    const child = new SupervisedProcess({
      ...{ command: process.execPath, args: [...entry.execArgv, entry.path] },
      ...{ stdout: 'stderr', stderr: 'stderr', ipc: true, endRequest: { message: STOP }, graceMs: GRACE_MS },
      onMessage: (message) => this.#take(message),
      signal,
    });
    this.#process = child;
    this.#heardMs = clock.monoMs();
    const ended = child.exited.then(exitText, (error: unknown) => `cannot be started: ${messageOf(error)}`);
    this.#send({ type: 'plan', outputs: plans(), servers });
    const over = new AbortController();
    void ended.then(() => over.abort());
    while (!over.signal.aborted) {
      this.#send({ type: 'beat', inspecting: inspecting() });
      await clock.sleep(BEAT_MS, over.signal).catch(unlessAbort);
      if (!signal.aborted && clock.monoMs() - this.#heardMs > SILENT_MS) void child.kill();
    }
    this.#process = undefined;
    return ended;
  }

  #take(message: unknown): void {
    const { log, onFailure, clock } = this.#options;
    if (!isFromOutputs(message)) return;
    this.#heardMs = clock.monoMs();
    switch (message.type) {
      case 'up':
        break;
      case 'state':
        this.#states = message.outputs;
        break;
      case 'failure':
        onFailure(message.output, message);
        break;
      case 'log':
        log[message.level](message.facts, message.message);
        break;
    }
  }

  #send(message: ToOutputs): void {
    this.#process?.send(message);
  }
}
