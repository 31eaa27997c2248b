import {
  Backoff,
  type Clock,
  entryBeside,
  exitText,
  type Logger,
  LogThrottle,
  messageOf,
  type Service,
  SupervisedProcess,
  unlessAbort,
} from '@lineside/kit';
import { isFromServer, type ToServer } from './messages.ts';
import type { PublishedLine, PublishedResult } from './published.ts';
import { parseServerAddress } from './server-address.ts';

const PUBLISH_MS = 250;
/** Loading the library and its nodes takes seconds, on a busy device many. */
const START_MS = 60_000;
/** It reports every second. */
const SILENT_MS = 15_000;
const GRACE_MS = 3_000;
const FIRST_RETRY_MS = 1_000;
const MAX_RETRY_MS = 60_000;
const LOG_EVERY_MS = 60_000;

export interface OpcuaServerOptions {
  readonly url: string;
  readonly folder: string;
  /** Name of the device. */
  readonly device: string;
  /** Undefined while nothing is known of it: then nothing is served. */
  readonly line: () => PublishedLine | undefined;
  readonly clock: Clock;
  readonly log: Logger;
}

/** The process that serves the line by OPC UA, started again when it ends or hangs. Nothing here waits for it. */
export class OpcuaServerProcess implements Service {
  readonly name: string;
  readonly #options: OpcuaServerOptions;
  readonly #throttle: LogThrottle;
  #heardMs: number | undefined;
  #sessions = 0;
  #child: SupervisedProcess | undefined;
  #problem: string | undefined;

  constructor(options: OpcuaServerOptions) {
    this.#options = options;
    this.name = `plant server ${options.url}`;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => options.clock.monoMs() });
  }

  /** Whether it serves now. */
  get isUp(): boolean {
    return this.#heardMs !== undefined;
  }

  /** Clients that are connected now. */
  get sessions(): number {
    return this.isUp ? this.#sessions : 0;
  }

  /** Why it does not serve; undefined while it does, and before it was tried. */
  get problem(): string | undefined {
    return this.isUp ? undefined : this.#problem;
  }

  /** Tells clients of a result; without effect while the server is not up. */
  result(result: PublishedResult): void {
    const message: ToServer = { type: 'result', result };
    if (this.isUp) this.#child?.send(message);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#options;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: () => 0.5 });
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      const reason = await this.#once(signal);
      if (this.#heardMs !== undefined) backoff.reset();
      this.#heardMs = undefined;
      if (isOver()) return;
      this.#problem = reason;
      this.#report(reason);
      await clock.sleep(backoff.next(), signal).catch(unlessAbort);
    }
  }

  /** One life of the process; gives how it ended. */
  async #once(signal: AbortSignal): Promise<string> {
    const { url, folder, device, line, clock } = this.#options;
    const address = parseServerAddress(url);
    if (typeof address === 'string') throw new TypeError(`the form of ${url} was checked`);
    const entry = entryBeside(import.meta.url, 'main');
    let problem: string | undefined;
    const child = new SupervisedProcess({
      ...{
        command: process.execPath,
        args: [...entry.execArgv, entry.path],
        env: { ...process.env, MALLOC_ARENA_MAX: '2' },
      },
      ...{ stdout: 'ignore', stderr: 'pipe', ipc: true, endRequest: 'SIGTERM', graceMs: GRACE_MS },
      onMessage: (message) => {
        if (!isFromServer(message)) return;
        if (message.type === 'up') {
          this.#heardMs = clock.monoMs();
          this.#sessions = message.sessions;
        } else if (message.type === 'failed') problem = message.message;
        else this.#options.log.debug({ library: message.text }, 'OPC UA library');
      },
      signal,
    });
    this.#child = child;
    const ended = child.exited.then(exitText, (error: unknown) => messageOf(error));
    const over = new AbortController();
    void ended.then(() => over.abort());
    const startedMs = clock.monoMs();
    const send = (message: ToServer): void => child.send(message);
    send({ type: 'serve', address, folder, device });
    while (!over.signal.aborted) {
      const now = this.isUp ? line() : undefined;
      if (now !== undefined) send({ type: 'line', line: now });
      const silentMs = clock.monoMs() - (this.#heardMs ?? startedMs);
      if (silentMs > (this.isUp ? SILENT_MS : START_MS)) void child.kill();
      await clock.sleep(PUBLISH_MS, over.signal).catch(unlessAbort);
    }
    return problem ?? `${await ended} ${child.stderr.trim().split('\n').at(-1) ?? ''}`.trim();
  }

  #report(reason: string): void {
    const count = this.#throttle.due('down');
    if (count === undefined) return;
    const facts = { code: 'plant_server_down', plant: this.#options.url, error: reason, count };
    this.#options.log.error(facts, 'the line cannot be served to the plant');
  }
}
