import { createServer, type Server, type Socket } from 'node:net';
import { Connection, type ConnectionSurroundings } from './connection.ts';
import type { ClientFacts, Delivery } from './delivery.ts';
import { DigestGate } from './digest.ts';
import { Faults } from './faults.ts';
import type { H264Source } from './source.ts';
import { type Clock, SharedStream } from './stream.ts';
import type { TransportKind } from './transport.ts';

export interface RtspServerOptions {
  readonly host: string;
  /** 0 takes any free port; listen() returns it. */
  readonly port: number;
  /** User to password; without users everybody may connect. */
  readonly users?: Readonly<Record<string, string>>;
  /** Default: both. A transport that is not offered is refused with 461. */
  readonly transports?: readonly TransportKind[];
  /** A client that has been silent for this many seconds is dropped; default 60. */
  readonly sessionTimeoutSeconds?: number;
  /** What may wait for one client before its pictures are dropped; default 1 MiB. */
  readonly maxBufferedBytes?: number;
  /** A source broke. Without this, run() rejects with its error. */
  readonly onSourceError?: (path: string, error: unknown) => void;
  readonly clock?: Clock;
}

const SYSTEM_CLOCK: Clock = { monotonicMs: () => performance.now(), wallMs: () => Date.now() };

/** Serves H.264 sources over RTSP until its signal aborts. */
export class RtspServer implements AsyncDisposable {
  /** What it does wrong, on purpose. */
  readonly faults: Faults;
  readonly #options: RtspServerOptions;
  readonly #clock: Clock;
  readonly #streams = new Map<string, SharedStream>();
  readonly #connections = new Map<Connection, Promise<void>>();
  readonly #stop = new AbortController();
  readonly #broken = Promise.withResolvers<never>();
  #listening: { readonly server: Server; readonly port: Promise<number> } | undefined;

  constructor(options: RtspServerOptions) {
    this.#options = options;
    this.#clock = options.clock ?? SYSTEM_CLOCK;
    this.faults = new Faults(this.#clock.monotonicMs, () => this.#disconnectAll());
    // run() may never be called; a broken source is then reported to the clients only.
    this.#broken.promise.catch(() => undefined);
  }

  /** Serves `source` at rtsp://host:port/path. The source is opened when the first client asks for it. */
  addStream(path: string, source: H264Source): void {
    const plain = path.replace(/^\/+|\/+$/g, '');
    if (this.#streams.has(plain)) throw new Error(`there is a stream at ${plain} already`);
    this.#streams.set(
      plain,
      new SharedStream(plain, source, {
        faults: this.faults,
        clock: this.#clock,
        failed: (failedPath, error) => {
          if (this.#options.onSourceError === undefined) this.#broken.reject(error);
          else this.#options.onSourceError(failedPath, error);
        },
        disconnect: (deliveries) => this.#disconnect(deliveries),
      }),
    );
  }

  /** Accepts clients from now on; gives the port. Rejects when the address cannot be had. */
  listen(): Promise<number> {
    this.#listening ??= this.#startListening();
    return this.#listening.port;
  }

  /** Serves until `signal` aborts; listens first if that has not been done. Rejects when a source breaks. */
  async run(signal: AbortSignal): Promise<void> {
    const stopped = Promise.withResolvers<undefined>();
    const onAbort = (): void => stopped.resolve(undefined);
    signal.addEventListener('abort', onAbort, { once: true });
    if (signal.aborted) onAbort();
    try {
      await this.listen();
      await Promise.race([stopped.promise, this.#broken.promise]);
    } finally {
      signal.removeEventListener('abort', onAbort);
      await this.close();
    }
  }

  /** Clients that have set up a stream. */
  clients(): ClientFacts[] {
    return [...this.#connections.keys()].flatMap(({ delivery }) => (delivery === undefined ? [] : [delivery.facts]));
  }

  /** Closes connections, sources and the port. */
  async close(): Promise<void> {
    this.#stop.abort();
    const server = this.#listening?.server;
    const closed = new Promise<void>((resolve) => {
      if (server === undefined) resolve();
      else server.close(() => resolve());
    });
    this.#disconnectAll();
    await Promise.all([closed, ...this.#connections.values()]);
    await Promise.all([...this.#streams.values()].map((stream) => stream.closed()));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }

  #startListening(): { readonly server: Server; readonly port: Promise<number> } {
    const { host, port, users = {}, transports = ['tcp', 'udp'] } = this.#options;
    const around: ConnectionSurroundings = {
      streams: this.#streams,
      gate: new DigestGate(users, this.#clock.wallMs),
      faults: this.faults,
      clock: this.#clock,
      transports,
      sessionTimeoutSeconds: this.#options.sessionTimeoutSeconds ?? 60,
      maxBufferedBytes: this.#options.maxBufferedBytes ?? 1 << 20,
      signal: this.#stop.signal,
    };
    const server = createServer((socket) => this.#accept(socket, around));
    const listening = new Promise<number>((resolve, reject) => {
      server.once('error', reject);
      server.listen(port, host, () => {
        const address = server.address();
        if (address === null || typeof address === 'string') reject(new Error('the listener has no port'));
        else resolve(address.port);
      });
    });
    return { server, port: listening };
  }

  #accept(socket: Socket, around: ConnectionSurroundings): void {
    if (this.faults.isRefusing || this.#stop.signal.aborted) {
      socket.destroy();
      return;
    }
    const connection = new Connection(socket, around);
    const served = connection.run().finally(() => this.#connections.delete(connection));
    this.#connections.set(connection, served);
  }

  #disconnect(deliveries: ReadonlySet<Delivery>): void {
    for (const connection of this.#connections.keys()) {
      if (connection.delivery !== undefined && deliveries.has(connection.delivery)) connection.closeAfterSending();
    }
  }

  #disconnectAll(): void {
    for (const connection of this.#connections.keys()) connection.close();
  }
}
