import type { Clock } from '../clock.ts';
import { messageOf } from '../error.ts';
import { type Service, unlessAbort } from '../service.ts';
import type { Entry } from './entry.ts';
import { FairDeadline } from './fair-deadline.ts';
import { exitText } from './process-options.ts';
import { SupervisedProcess } from './supervised-process.ts';

export interface KeptProcessOptions {
  readonly name: string;
  readonly entry: Entry;
  /** Flags of Node besides those of the entry. */
  readonly flags?: readonly string[];
  /** The first message of each life. */
  readonly first: () => object;
  /** Asks it to end. */
  readonly stop: object;
  /** Called after each `beatMs` of a life, the first time at its begin. */
  readonly beat?: () => void;
  readonly beatMs: number;
  /** A process that says nothing for longer hangs, and is killed. */
  readonly silentMs: number;
  /**
   * Own time until it says something for the first time: on a busy machine a start takes long, and the next one would take
   * no less.
   */
  readonly startMs: number;
  /** How long it may take to end, without the time in which it waits for a CPU. */
  readonly graceMs: number;
  readonly restartMs: number;
  readonly onMessage: (message: unknown) => void;
  /** A life has ended; `reason` is undefined where it was asked to. */
  readonly onEnd: (reason: string | undefined) => void;
  readonly clock: Clock;
}

/** A process of Node with its channel, started again when it ends or hangs. Nothing here waits for it. */
export class KeptProcess implements Service {
  readonly name: string;
  readonly #options: KeptProcessOptions;
  #process: SupervisedProcess | undefined;
  /** Undefined until the process has said something. */
  #heardMs: number | undefined;
  #restarts = 0;

  constructor(options: KeptProcessOptions) {
    this.#options = options;
    this.name = options.name;
  }

  get isRunning(): boolean {
    return this.#process !== undefined;
  }

  get restarts(): number {
    return this.#restarts;
  }

  /** Returns at once; lost where it does not run. */
  send(message: object): void {
    this.#process?.send(message);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, restartMs, onEnd } = this.#options;
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      const reason = await this.#once(signal);
      if (!isOver()) this.#restarts += 1;
      onEnd(isOver() ? undefined : reason);
      if (!isOver()) await clock.sleep(restartMs, signal).catch(unlessAbort);
    }
  }

  /** One life of the process; gives how it ended. */
  async #once(signal: AbortSignal): Promise<string> {
    const { entry, flags = [], first, stop, beat, onMessage, clock } = this.#options;
    const { beatMs, silentMs, startMs, graceMs } = this.#options;
    const child = new SupervisedProcess({
      ...{ command: process.execPath, args: [...entry.execArgv, ...flags, entry.path] },
      ...{ stdout: 'stderr', stderr: 'stderr', ipc: true, endRequest: { message: stop }, graceMs, signal },
      onMessage: (message) => {
        this.#heardMs = clock.monoMs();
        onMessage(message);
      },
    });
    this.#heardMs = undefined;
    using starting = new FairDeadline({ pid: child.pid, ownMs: startMs });
    const ended = child.exited.then(exitText, (error: unknown) => `cannot be started: ${messageOf(error)}`);
    const over = new AbortController();
    void ended.then(() => over.abort());
    child.send(first());
    this.#process = child;
    const heardMs = (): number | undefined => this.#heardMs;
    while (!over.signal.aborted) {
      beat?.();
      await clock.sleep(beatMs, over.signal).catch(unlessAbort);
      const newestMs = heardMs();
      if (newestMs !== undefined) starting[Symbol.dispose]();
      const isSilent = newestMs === undefined ? starting.signal.aborted : clock.monoMs() - newestMs > silentMs;
      if (!signal.aborted && isSilent) void child.kill();
    }
    this.#process = undefined;
    return await ended;
  }
}
