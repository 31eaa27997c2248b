import { connect, type Socket } from 'node:net';
import { aborted, Backoff, LogThrottle, messageOf, type Service, unlessAbort } from '@lineside/kit';
import type { SignalPoint, SourceTools } from '../../signal-source.ts';
import { LineCutter, readSignalLine } from '../lines.ts';

const FIRST_RETRY_MS = 250;
const MAX_RETRY_MS = 5_000;
/** A server that says nothing for so long, not even that it is alive, is not there. */
const SILENT_MS = 10_000;
const LOG_EVERY_MS = 60_000;

/** Reads signals from one server of JSON lines, and connects again when the connection ends. */
export class TwinSource implements Service {
  readonly name: string;
  readonly #tools: SourceTools;
  readonly #host: string;
  readonly #port: number;
  /** Ids of the signals by the name that the server has for them. */
  readonly #ids: ReadonlyMap<string, readonly string[]>;
  readonly #all: readonly string[];
  readonly #throttle: LogThrottle;

  constructor(points: readonly SignalPoint[], tools: SourceTools) {
    const [first] = points;
    const address = new URL(first?.url ?? 'twin://localhost:0/');
    this.#host = address.hostname.replace(/^\[(.*)\]$/, '$1');
    this.#port = Number(address.port);
    this.name = `signals ${address.host}`;
    this.#tools = tools;
    this.#all = points.map(({ id }) => id);
    const named = points.map(({ id, url }) => ({ id, name: decodeURIComponent(new URL(url).pathname.slice(1)) }));
    this.#ids = new Map(
      named.map(({ name }) => [name, named.filter((other) => other.name === name).map(({ id }) => id)]),
    );
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#tools;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: () => 0.5 });
    while (!signal.aborted) {
      await this.#read(signal, () => backoff.reset());
      await clock.sleep(backoff.next(), signal).catch(unlessAbort);
    }
  }

  /** One connection, from its opening to its end. Never rejects. */
  async #read(signal: AbortSignal, onLine: () => void): Promise<void> {
    const socket = connect({ host: this.#host, port: this.#port });
    socket.setEncoding('utf8');
    socket.setTimeout(SILENT_MS, () => socket.destroy(new Error(`nothing was received for ${SILENT_MS} ms`)));
    const cutter = new LineCutter();
    socket.on('data', (text: Buffer | string) => {
      onLine();
      for (const line of cutter.take(String(text))) this.#take(line);
    });
    const ended = new AbortController();
    void aborted(AbortSignal.any([signal, ended.signal])).then(() => socket.destroy());
    const error = await closed(socket);
    ended.abort();
    if (signal.aborted) return;
    this.#tools.sink.lost(this.#all);
    this.#report(error);
  }

  #take(line: string): void {
    const { sink } = this.#tools;
    const read = readSignalLine(line);
    // Every line proves that the server lives; its signals are sent when they change.
    sink.alive(this.#all);
    if (read.kind !== 'reading') return;
    for (const id of this.#ids.get(read.name) ?? []) sink.receive(id, read.reading);
  }

  #report(error: Error | undefined): void {
    const count = this.#throttle.due('lost');
    if (count === undefined) return;
    const facts = {
      code: 'signals_unreachable',
      error: error === undefined ? 'it was closed' : messageOf(error),
      count,
    };
    this.#tools.log.warn(facts, 'no connection to a source of signals');
  }
}

/** Resolves when the socket is closed, with what went wrong. */
function closed(socket: Socket): Promise<Error | undefined> {
  return new Promise((resolve) => {
    let failure: Error | undefined;
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', () => resolve(failure));
  });
}
