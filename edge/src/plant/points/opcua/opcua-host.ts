import {
  aborted,
  entryBeside,
  exitText,
  FairDeadline,
  messageOf,
  SupervisedProcess,
  untilAborted,
} from '@lineside/kit';
import { PointError } from '../errors.ts';
import type { PointConnection, PointOpener, PointTools } from '../point-protocol.ts';
import { type Answers, isFromOpcua, type Request, type ToOpcua } from './messages.ts';
import { parseTarget } from './opcua-address.ts';
import { clientFolder } from './folders.ts';
import { OpcuaConnection } from './opcua-connection.ts';

/** Loading the library, on a slow device; time does not count in which it waits for a CPU. */
const START_MS = 60_000;
/** Opening has a deadline there, 40 s at most; here it has one in case that nothing comes from there. */
const OPEN_MS = 60_000;
const ANSWER_MS = 8_000;
const GRACE_MS = 4_000;

interface Waiting {
  readonly session: number;
  readonly resolve: (value: unknown) => void;
  readonly reject: (error: PointError) => void;
}

/**
 * The process that speaks OPC UA, started when it is needed and kept from one connection to the next, because loading
 * the library takes seconds. One connection at a time. A process that does not answer is killed.
 */
export class OpcuaHost implements PointOpener {
  readonly #tools: PointTools;
  readonly #waiting = new Map<number, Waiting>();
  #process: SupervisedProcess | undefined;
  #up: Promise<undefined> = Promise.resolve(undefined);
  #isUp: () => void = () => undefined;
  #connection: OpcuaConnection | undefined;
  #sessions = 0;
  #requests = 0;

  constructor(tools: PointTools) {
    this.#tools = tools;
  }

  async connect(connection: string, signal: AbortSignal): Promise<PointConnection> {
    const target = parseTarget(connection);
    if (typeof target === 'string') throw new TypeError('the form of the URL was checked');
    const { dataDir } = this.#tools;
    if (dataDir === undefined) throw new PointError('point_unknown', 'OPC UA needs a data folder for its certificates');
    await this.#started(signal);
    this.#sessions += 1;
    const session = this.#sessions;
    const opening = this.#ask(session, { type: 'open', target, folder: clientFolder(dataDir) }, OPEN_MS);
    try {
      await untilAborted(opening, signal);
      signal.throwIfAborted();
    } catch (error) {
      opening.catch(() => undefined);
      if (signal.aborted) this.#send(session, { type: 'close' });
      throw error;
    }
    this.#connection = new OpcuaConnection(session, {
      ask: (request) => this.#ask(session, request, ANSWER_MS),
      drop: () => this.#send(session, { type: 'close' }),
      kill: () => void this.#process?.kill(),
    });
    return this.#connection;
  }

  close(): void {
    this.#connection?.close();
    void this.#process?.terminate();
  }

  /** Sends without waiting for the answer. */
  #send(session: number, request: Request): void {
    this.#requests += 1;
    const message: ToOpcua = { session, id: this.#requests, request };
    this.#process?.send(message);
  }

  async #ask<T extends Request['type']>(
    session: number,
    request: Extract<Request, { type: T }>,
    ms: number,
  ): Promise<Answers[T]> {
    this.#requests += 1;
    const id = this.#requests;
    const answer = new Promise<unknown>((resolve, reject) => this.#waiting.set(id, { session, resolve, reject }));
    const message: ToOpcua = { session, id, request };
    this.#process?.send(message);
    const done = new AbortController();
    const late = aborted(AbortSignal.any([done.signal, AbortSignal.timeout(ms)])).then((): never => {
      if (!done.signal.aborted) void this.#process?.kill();
      throw new PointError('point_silent', `the process for OPC UA did not answer within ${ms} ms`);
    });
    try {
      // Both ends are from one package: the type of the request says the form of the answer.
      return (await Promise.race([answer, late])) as Answers[T];
    } finally {
      this.#waiting.delete(id);
      done.abort();
      late.catch(() => undefined);
    }
  }

  async #started(signal: AbortSignal): Promise<void> {
    if (this.#process === undefined) this.#start();
    using deadline = new FairDeadline({ pid: this.#process?.pid, ownMs: START_MS });
    const done = new AbortController();
    const late = aborted(AbortSignal.any([signal, done.signal, deadline.signal])).then((): never => {
      signal.throwIfAborted();
      if (!done.signal.aborted) void this.#process?.kill();
      throw new PointError('point_silent', `the library for OPC UA was not loaded within ${START_MS} ms`);
    });
    try {
      await Promise.race([this.#up, late]);
    } finally {
      done.abort();
      late.catch(() => undefined);
    }
  }

  #start(): void {
    const entry = entryBeside(import.meta.url, 'main');
    const child = new SupervisedProcess({
      ...{
        command: process.execPath,
        args: [...entry.execArgv, entry.path],
        env: { ...process.env, MALLOC_ARENA_MAX: '2' },
      },
      ...{ stdout: 'ignore', stderr: 'pipe', ipc: true, endRequest: 'SIGTERM', graceMs: GRACE_MS },
      onMessage: (message) => this.#take(message),
    });
    this.#process = child;
    const { promise, resolve, reject } = Promise.withResolvers<undefined>();
    promise.catch(() => undefined);
    this.#up = promise;
    this.#isUp = () => resolve(undefined);
    void child.exited
      .then(exitText, (error: unknown) => messageOf(error))
      .then((how) => {
        const last = child.stderr.trim().split('\n').at(-1) ?? '';
        const error = new PointError('point_lost', `the process for OPC UA ended: ${last === '' ? how : last}`);
        if (this.#process === child) this.#process = undefined;
        reject(error);
        this.#connection?.end(error);
        for (const waiting of this.#waiting.values()) waiting.reject(error);
      });
  }

  #take(message: unknown): void {
    if (!isFromOpcua(message)) return;
    const current = this.#connection;
    switch (message.type) {
      case 'up':
        this.#isUp();
        break;
      case 'answer':
        this.#waiting.get(message.id)?.resolve(message.value);
        break;
      case 'failed':
        this.#waiting.get(message.id)?.reject(new PointError(message.code, message.message));
        break;
      case 'log':
        this.#tools.log[message.level](message.facts, message.message);
        break;
      case 'changes':
      case 'alive':
      case 'ended':
        if (current?.session === message.session) current.take(message);
        break;
    }
  }
}
