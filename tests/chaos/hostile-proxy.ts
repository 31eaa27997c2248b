import { createServer, connect, type Server, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** What the proxy does to QoS 1 messages, as shares of 1; the rest passes. */
export interface Hostility {
  /** Acknowledged to the sender as a broker does, and then forgotten. */
  readonly lose: number;
  /** Passed on twice. */
  readonly double: number;
  /** Held back while later ones go ahead. */
  readonly delay: number;
}

const PUBLISH = 3;
const DELAY_MS = 300;

/**
 * Stands between an MQTT 5 client and its broker and is a worse broker than any: loses what it has acknowledged,
 * repeats, reorders. In both directions, so acks of the collector suffer as batches do. What the birth and the
 * presence say passes, as a retained message would be there at the next look.
 */
export class HostileProxy implements AsyncDisposable {
  readonly port: number;
  lost = 0;
  doubled = 0;
  delayed = 0;
  readonly #server: Server;
  readonly #sockets = new Set<Socket>();

  private constructor(server: Server, port: number) {
    this.#server = server;
    this.port = port;
  }

  static async start(
    brokerPort: number,
    hostility: () => Hostility,
    random: (n: number) => number,
  ): Promise<HostileProxy> {
    const server = createServer({ noDelay: true });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('the proxy has no port');
    const proxy = new HostileProxy(server, address.port);
    server.on('connection', (client) => {
      const broker = connect({ port: brokerPort, host: '127.0.0.1', noDelay: true });
      proxy.#pipe(client, broker, hostility, random);
      proxy.#pipe(broker, client, hostility, random);
    });
    return proxy;
  }

  get url(): string {
    return `mqtt://127.0.0.1:${this.port}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #pipe(from: Socket, to: Socket, hostility: () => Hostility, random: (n: number) => number): void {
    this.#sockets.add(from);
    let pending: Buffer = Buffer.alloc(0);
    from.on('error', () => to.destroy());
    from.on('close', () => {
      this.#sockets.delete(from);
      to.destroy();
    });
    from.on('data', (chunk: Buffer) => {
      pending = Buffer.concat([pending, chunk]);
      for (let bytes = packetBytes(pending); bytes > 0 && bytes <= pending.length; bytes = packetBytes(pending)) {
        this.#packet(pending.subarray(0, bytes), from, to, hostility(), random);
        pending = pending.subarray(bytes);
      }
    });
  }

  #packet(
    packet: Buffer,
    from: Socket,
    to: Socket,
    { lose, double, delay }: Hostility,
    random: (n: number) => number,
  ): void {
    const id = ofBatchOrAck(packet);
    const roll = random(1_000_000) / 1_000_000;
    if (id === undefined || roll >= lose + double + delay) {
      write(to, packet);
    } else if (roll < lose) {
      this.lost += 1;
      // PUBACK, reason code left out: success.
      write(from, Buffer.from([0x40, 2, id >> 8, id & 0xff]));
    } else if (roll < lose + double) {
      this.doubled += 1;
      write(to, packet);
      write(to, packet);
    } else {
      this.delayed += 1;
      const copy = Buffer.from(packet);
      void sleep(random(DELAY_MS)).then(() => write(to, copy));
    }
  }
}

function write(socket: Socket, packet: Buffer): void {
  if (socket.writable) socket.write(packet);
}

/** Length of the first packet; 0 while its fixed header is not all there (MQTT 5, 2.1.4). */
function packetBytes(bytes: Buffer): number {
  let length = 0;
  for (let at = 1; at <= 4 && at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    length |= (byte & 0x7f) << (7 * (at - 1));
    if (byte < 0x80) return at + 1 + length;
  }
  return 0;
}

/** Packet id of a PUBLISH with QoS 1 that is a batch or an ack; undefined for everything else. */
function ofBatchOrAck(packet: Buffer): number | undefined {
  const first = packet[0] ?? 0;
  if (first >> 4 !== PUBLISH || ((first >> 1) & 3) !== 1) return undefined;
  let at = 1;
  while ((packet[at] ?? 0) >= 0x80) at += 1;
  const length = packet.readUInt16BE(at + 1);
  const topic = packet.toString('utf8', at + 3, at + 3 + length);
  return /\/(up\/[a-z]+|down\/ack)$/.test(topic) ? packet.readUInt16BE(at + 3 + length) : undefined;
}
