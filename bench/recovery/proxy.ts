import { randomBytes } from 'node:crypto';
import { connect, createServer, type Server, type Socket } from 'node:net';

/** What happens to a connection: it passes, its downstream is overwritten, or every request gets this answer. */
export type ProxyMode = 'pass' | 'garbage' | { readonly status: string };

/** Between camera and server: everything passes until something else is wanted. Serves RTSP. */
export class FaultyProxy implements AsyncDisposable {
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();
  readonly #upstream: number;
  #mode: ProxyMode = 'pass';

  constructor(upstream: number) {
    this.#upstream = upstream;
    this.#server = createServer((client) => this.#accept(client));
  }

  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject).listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address !== null ? address.port : 0);
      });
    });
  }

  /** From now on; with an answer, and back from one, the connections that exist are closed. */
  set(mode: ProxyMode): void {
    this.#mode = mode;
    if (mode === 'garbage') return;
    for (const socket of this.#sockets) socket.destroy();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise<void>((resolve) => {
      this.#server.close(() => resolve());
    });
  }

  #accept(client: Socket): void {
    this.#keep(client);
    const mode = this.#mode;
    if (typeof mode === 'object') {
      client.setEncoding('latin1').on('data', (request: string) => {
        const sequence = /^cseq:\s*(\d+)/im.exec(request)?.[1] ?? '1';
        client.write(`RTSP/1.0 ${mode.status}\r\nCSeq: ${sequence}\r\nContent-Length: 0\r\n\r\n`);
      });
      return;
    }
    const upstream = connect(this.#upstream, '127.0.0.1');
    this.#keep(upstream);
    client.on('close', () => upstream.destroy()).on('data', (bytes) => upstream.write(bytes));
    upstream
      .on('close', () => client.destroy())
      .on('data', (bytes: Buffer) => client.write(this.#mode === 'garbage' ? randomBytes(bytes.length) : bytes));
  }

  #keep(socket: Socket): void {
    this.#sockets.add(socket);
    socket.on('close', () => this.#sockets.delete(socket)).on('error', () => socket.destroy());
  }
}
