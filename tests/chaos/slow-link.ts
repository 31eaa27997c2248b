import { connect, createServer, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

const CHUNK_BYTES = 1_400;

/**
 * A link of so many bits per second and so much delay in each direction, between a client and a port of the loopback.
 * It has the queue of a common router: what does not fit waits at the sender, as TCP makes it.
 */
export class SlowLink implements AsyncDisposable {
  readonly port: number;
  bytes = 0;
  bitsPerSecond: number;
  readonly #delayMs: number;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number, bitsPerSecond: number, delayMs: number) {
    this.#server = server;
    this.port = port;
    this.bitsPerSecond = bitsPerSecond;
    this.#delayMs = delayMs;
  }

  static async start(to: number, bitsPerSecond: number, delayMs: number): Promise<SlowLink> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the link has no port');
    const link = new SlowLink(server, address.port, bitsPerSecond, delayMs);
    server.on('connection', (client) => {
      const far = connect({ port: to, host: '127.0.0.1', noDelay: true });
      void link.#carry(client, far);
      void link.#carry(far, client);
    });
    return link;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #carry(from: Socket, to: Socket): Promise<void> {
    this.#sockets.add(from);
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    to.on('error', () => from.destroy());
    let freeAtMs = performance.now();
    // Timers of unlike lengths may go off out of turn by a millisecond; a link never delivers out of turn.
    const underway: Buffer[] = [];
    const arrive = (): void => pass(to, underway.shift());
    try {
      for await (const data of from as AsyncIterable<Buffer>) {
        for (let at = 0; at < data.length; at += CHUNK_BYTES) {
          const chunk = data.subarray(at, at + CHUNK_BYTES);
          this.bytes += chunk.length;
          freeAtMs = Math.max(freeAtMs, performance.now()) + (chunk.length * 8_000) / this.bitsPerSecond;
          underway.push(chunk);
          setTimeout(arrive, freeAtMs - performance.now() + this.#delayMs);
          // Timers are coarse: what is sent ahead of its time by less than this is one burst.
          if (freeAtMs - performance.now() > 10) await sleep(freeAtMs - performance.now());
        }
      }
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      to.destroy();
    }
  }
}

function pass(to: Socket, chunk: Buffer | undefined): void {
  if (chunk !== undefined && to.writable) to.write(chunk);
}
