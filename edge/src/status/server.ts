import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { Duplex } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import { aborted, Backoff, type Clock, isAbort, type Logger, messageOf, type Service } from '@lineside/kit';
import type { AccessPort, NetworkSettings } from './access-port.ts';
import { type ApiOptions, buildApi } from './api.ts';
import { listenOnControlSocket } from './control-socket.ts';
import { healthOf } from './health.ts';
import { LivePictures } from './live.ts';
import type { EventView } from './snapshot.ts';
import type { StatusSource } from './source.ts';
import { StatusStream } from './stream.ts';

export interface StatusServerOptions {
  readonly source: StatusSource;
  readonly listen: { readonly host: string; readonly port: number };
  /** Path of the control socket; none is made when left out. */
  readonly socketPath?: string;
  /** Names beside `localhost` and the address itself under which the page may be asked for. */
  readonly hosts?: readonly string[];
  /** Accounts, and whether and where the page is served to the network. */
  readonly access?: AccessPort;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Logger;
  /** Snapshots to the page; 1000. */
  readonly snapshotEveryMs?: number;
  /** Live pictures of one camera; 200. */
  readonly pictureEveryMs?: number;
}

export interface StatusAddress {
  readonly host: string;
  readonly port: number;
  readonly url: string;
}

const MAX_WATCHERS = 24;
const MAX_CONNECTIONS = 256;

/** The status page and its API: on this machine, on the control socket, and over TLS to the network where that is enabled. */
export class StatusServer implements Service {
  readonly name = 'status';
  readonly #options: StatusServerOptions;
  readonly #live: LivePictures;
  readonly #stream: StatusStream;
  readonly #address = Promise.withResolvers<StatusAddress>();

  constructor(options: StatusServerOptions) {
    const { source, clock, log } = options;
    const warn = (facts: object, message: string): void => log.warn(facts, message);
    this.#options = options;
    this.#live = new LivePictures({
      source,
      clock,
      warn,
      everyMs: options.pictureEveryMs ?? 200,
      deadlineMs: 3_000,
      stuckAfterMs: 20_000,
    });
    this.#stream = new StatusStream({
      document: () => {
        const snapshot = source.snapshot();
        return JSON.stringify({ ...snapshot, health: healthOf(snapshot) });
      },
      clock,
      warn,
      everyMs: options.snapshotEveryMs ?? 1_000,
    });
  }

  /** Where the page is, as soon as it is there; tells the port when 0 was asked for. */
  address(): Promise<StatusAddress> {
    return this.#address.promise;
  }

  /** Tells everybody who watches of an event that was opened, changed or closed. */
  announce(event: EventView): void {
    this.#stream.announce(event);
  }

  /**
   * Serves until `signal` aborts. An address that cannot be had (in use, or of a network that is not up yet) is tried
   * again for ever, with a line in the log: a page must not stop inspection. A data folder that another appliance
   * serves is an error: throws `control_socket_in_use`.
   */
  async run(signal: AbortSignal): Promise<void> {
    const api = await buildApi(this.#apiOptions('device', this.#options.hosts ?? []));
    const page = createHttpServer(api);
    const control = createHttpServer(api);
    try {
      if (this.#options.socketPath !== undefined) await listenOnControlSocket(control, this.#options.socketPath);
      const network = this.#serveNetwork(signal);
      await this.#listen(page, this.#options.listen, signal, (address) => {
        this.#options.log.info({ url: address.url }, 'status page');
        this.#address.resolve(address);
      });
      await Promise.all([aborted(signal), network]);
    } finally {
      this.#live.close();
      this.#stream.close();
      await Promise.all([stop(page), stop(control)]);
      await api.close();
    }
  }

  #apiOptions(from: ApiOptions['from'], hosts: readonly string[]): ApiOptions {
    const { source, log, access } = this.#options;
    const common = { source, live: this.#live, stream: this.#stream, log, access, maxWatchers: MAX_WATCHERS };
    return { ...common, from, hosts: hosts.map((host) => host.toLowerCase()) };
  }

  /** Serves to the network while and where it is enabled, until `signal` aborts. */
  async #serveNetwork(signal: AbortSignal): Promise<void> {
    const { access } = this.#options;
    while (access !== undefined && !signal.aborted) {
      const change = new AbortController();
      const stopListening = access.onChange(() => change.abort());
      const until = AbortSignal.any([signal, change.signal]);
      try {
        const settings = access.network();
        if (settings === undefined) await aborted(until);
        else await this.#serveTls(settings, until);
      } finally {
        stopListening();
      }
    }
  }

  async #serveTls({ host, port, hosts, cert, key }: NetworkSettings, signal: AbortSignal): Promise<void> {
    const api = await buildApi(this.#apiOptions('network', hosts));
    const server = createHttpServer(api, { cert, key });
    try {
      await this.#listen(server, { host, port }, signal, ({ url }) => {
        this.#options.log.info({ url: url.replace('http:', 'https:') }, 'status page for the network');
      });
      await aborted(signal);
    } finally {
      await stop(server);
      await api.close();
    }
  }

  async #listen(
    server: Server,
    listen: StatusServerOptions['listen'],
    signal: AbortSignal,
    onListening: (address: StatusAddress) => void,
  ): Promise<void> {
    const { clock, random, log } = this.#options;
    const backoff = new Backoff({ firstMs: 1_000, maxMs: 30_000, random });
    while (!signal.aborted) {
      try {
        onListening(await listening(server, listen));
        return;
      } catch (error) {
        const problem = messageOf(error);
        const advice = 'Choose another address (status.listen, lineside access enable --listen), or stop who holds it';
        log.error({ code: 'status_address', listen, problem, advice }, 'no status page');
      }
      try {
        await clock.sleep(backoff.next(), signal);
      } catch (error) {
        if (!isAbort(error)) throw error;
      }
    }
  }
}

const LIMITS = { requestTimeout: 10_000, headersTimeout: 10_000, keepAliveTimeout: 5_000, maxHeaderSize: 8_192 };

function createHttpServer(api: FastifyInstance, tls?: { readonly cert: string; readonly key: string }): Server {
  const answer = (request: IncomingMessage, response: ServerResponse): void => {
    response.on('error', () => response.destroy());
    api.routing(request, response);
  };
  const server =
    tls === undefined
      ? createServer(LIMITS, answer)
      : createTlsServer({ ...LIMITS, ...tls, minVersion: 'TLSv1.2', handshakeTimeout: 10_000 }, answer);
  server.maxConnections = MAX_CONNECTIONS;
  server.on('clientError', (_error, socket) => refuse(socket));
  return server;
}

/** What is not HTTP at all gets one answer and is shut out. */
function refuse(socket: Duplex): void {
  if (!socket.writable) {
    socket.destroy();
    return;
  }
  const facts = { code: 'bad_request', message: 'This is not a request', advice: 'Speak HTTP/1.1' };
  const body = JSON.stringify({ error: facts });
  const head = `content-type: application/json\r\ncontent-length: ${Buffer.byteLength(body)}\r\nconnection: close`;
  socket.end(`HTTP/1.1 400 Bad Request\r\n${head}\r\n\r\n${body}`);
}

function listening(server: Server, at: { readonly host: string; readonly port: number }): Promise<StatusAddress> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(at.port, at.host, () => {
      server.off('error', reject);
      resolve(addressOf(server.address(), at.host));
    });
  });
}

function addressOf(bound: ReturnType<Server['address']>, host: string): StatusAddress {
  const port = typeof bound === 'object' && bound !== null ? bound.port : 0;
  return { host, port, url: `http://${host.includes(':') ? `[${host}]` : host}:${port}` };
}

async function stop(server: Server): Promise<void> {
  if (!server.listening) return;
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}
