import { createServer, type Server, type Socket } from 'node:net';
import { once } from 'node:events';
import { setInterval } from 'node:timers/promises';
import type { SignalChange, SignalName } from '../plant/index.ts';

/** A signal of the plant that changed, as it is served: one JSON object per line. */
export interface SignalLine {
  readonly type: 'signal';
  readonly signal: SignalName;
  readonly value?: string | number;
  /** In place of a value: why there is none. */
  readonly bad?: string;
  readonly streamSeconds: number;
  /** ISO 8601, UTC. */
  readonly wallTime: string;
}

const ALIVE_MS = 1000;
/** A client that has not read so many bytes is too slow to be served. */
const MOST_WAITING = 1 << 20;

export function signalLine(change: SignalChange, zero: number): SignalLine {
  const { signal, value, bad, atSeconds } = change;
  const wallTime = new Date(zero + atSeconds * 1000).toISOString();
  return { type: 'signal', signal, ...(bad === undefined ? { value } : { bad }), streamSeconds: atSeconds, wallTime };
}

/**
 * Serves signals over TCP as JSON lines: each client gets the newest of every signal, then each change as it comes, and
 * `{"alive": true}` every second.
 */
export class SignalServer {
  readonly #server: Server;
  readonly #host: string;
  readonly #port: number;
  readonly #clients = new Set<Socket>();
  readonly #newest = new Map<SignalName, string>();
  #isSilent = false;

  /** `port` 0 takes any free one. */
  constructor(host: string, port: number) {
    this.#host = host;
    this.#port = port;
    this.#server = createServer((socket) => this.#welcome(socket));
  }

  /** Returns the port. Rejects when it is taken. */
  async listen(): Promise<number> {
    this.#server.listen(this.#port, this.#host);
    await once(this.#server, 'listening');
    const address = this.#server.address();
    return typeof address === 'object' && address ? address.port : this.#port;
  }

  publish(line: SignalLine): void {
    const text = `${JSON.stringify(line)}\n`;
    this.#newest.set(line.signal, text);
    if (!this.#isSilent) this.#send(text);
  }

  /** While it is silent nothing is sent, although connections stay open; then the newest of each signal. */
  set silent(isSilent: boolean) {
    const begins = this.#isSilent && !isSilent;
    this.#isSilent = isSilent;
    if (begins) this.#send([...this.#newest.values()].join(''));
  }

  /** Sends proof of life until the signal aborts, then closes all connections. */
  async run(signal: AbortSignal): Promise<void> {
    try {
      for await (const line of setInterval(ALIVE_MS, '{"alive":true}\n', { signal }))
        if (!this.#isSilent) this.#send(line);
    } catch (error) {
      if (!signal.aborted) throw error;
    } finally {
      this.close();
    }
  }

  close(): void {
    this.#server.close();
    for (const client of this.#clients) client.destroy();
  }

  #welcome(socket: Socket): void {
    this.#clients.add(socket);
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#clients.delete(socket));
    socket.resume();
    socket.write([...this.#newest.values()].join(''));
  }

  #send(text: string): void {
    for (const client of this.#clients) {
      if (client.writableLength > MOST_WAITING) client.destroy();
      else client.write(text);
    }
  }
}
