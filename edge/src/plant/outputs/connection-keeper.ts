import { Backoff, isAbort, type Logger, LogThrottle, messageOf, type Service, unlessAbort } from '@lineside/kit';
import { type PointConnection, type PointProtocol, type PointTools } from '../points/index.ts';

const FIRST_RETRY_MS = 100;
const MAX_RETRY_MS = 2_000;
const LOG_EVERY_MS = 60_000;

/** Keeps one connection to a controller open, and makes another one when it has ended. */
export class ConnectionKeeper implements Service {
  readonly name: string;
  readonly #protocol: PointProtocol;
  readonly #url: string;
  readonly #tools: PointTools;
  readonly #log: Logger;
  readonly #throttle: LogThrottle;
  readonly #listeners = new Set<(connection: PointConnection | undefined) => void>();
  #connection: PointConnection | undefined;
  #problem: string | undefined = 'it was not opened yet';

  /** `url` may hold secrets; `shown` is the form for logs. */
  constructor(protocol: PointProtocol, url: string, shown: string, tools: PointTools) {
    this.name = `plant ${shown}`;
    this.#protocol = protocol;
    this.#url = url;
    this.#tools = tools;
    this.#log = tools.log.child({ plant: shown });
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  get connection(): PointConnection | undefined {
    return this.#connection;
  }

  /** Why there is no connection. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** Calls `listener` when a connection is open, and with undefined when it has ended. */
  onChange(listener: (connection: PointConnection | undefined) => void): void {
    this.#listeners.add(listener);
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#tools;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: () => 0.5 });
    const isOver = (): boolean => signal.aborted;
    while (!isOver()) {
      try {
        const connection = await this.#protocol.connect(this.#url, this.#tools, signal);
        this.#use(connection);
        const openedMs = clock.monoMs();
        this.#problem = messageOf(await endOf(connection, signal));
        // One that ends at once is tried again more and more rarely.
        if (clock.monoMs() - openedMs > MAX_RETRY_MS) backoff.reset();
      } catch (error) {
        this.#problem = messageOf(error);
        if (isAbort(error)) break;
      }
      this.#use(undefined);
      if (isOver()) break;
      this.#report();
      await clock.sleep(backoff.next(), signal).catch(unlessAbort);
    }
    this.#use(undefined);
  }

  #use(connection: PointConnection | undefined): void {
    if (connection === this.#connection) return;
    this.#connection?.close();
    this.#connection = connection;
    if (connection !== undefined) this.#problem = undefined;
    for (const listener of this.#listeners) listener(connection);
  }

  #report(): void {
    const count = this.#throttle.due('lost');
    if (count !== undefined) {
      this.#log.error({ code: 'plant_unreachable', error: this.#problem, count }, 'no connection to the plant');
    }
  }
}

function endOf(connection: PointConnection, signal: AbortSignal): Promise<Error> {
  return new Promise((resolve) => {
    void connection.ended.then(resolve);
    const stop = (): void => resolve(new Error('it was stopped'));
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
    void connection.ended.then(() => signal.removeEventListener('abort', stop));
  });
}
