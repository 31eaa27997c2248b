import { createServer, type Server, type Socket } from 'node:net';

export interface BrokerScript {
  /** The answer to CONNECT, byte for byte. */
  readonly connack: readonly number[];
  /** Whether messages are acknowledged at once; otherwise `acknowledge` does it. */
  readonly acknowledges?: boolean;
  /** The answer to each subscription; granted with QoS 1 without it. */
  readonly granted?: number;
}

interface Packet {
  readonly type: number;
  readonly flags: number;
  readonly body: Buffer;
}

const [CONNECT, PUBLISH, PUBACK, SUBSCRIBE, SUBACK, PINGREQ, PINGRESP] = [1, 3, 4, 8, 9, 12, 13];

/** CONNACK of MQTT 5 (3.2): accepted, with these properties; none of them longer than 100 bytes. */
export function accepted(...properties: readonly number[]): readonly number[] {
  return [0x20, properties.length + 3, 0, 0, properties.length, ...properties];
}

/** A broker that answers as its script says: for answers that Mosquitto cannot be brought to give. */
export class ScriptedBroker implements AsyncDisposable {
  readonly #server: Server;
  readonly #script: BrokerScript;
  readonly #sockets = new Set<Socket>();
  readonly #unacknowledged: { readonly socket: Socket; readonly id: Buffer }[] = [];
  /** Filters of all subscriptions. */
  readonly filters: string[] = [];
  /** Topics of all messages with QoS 1. */
  readonly topics: string[] = [];
  connections = 0;
  /** Version of MQTT that each connection asked for. */
  readonly versions: number[] = [];

  private constructor(script: BrokerScript) {
    this.#script = script;
    this.#server = createServer((socket) => this.#serve(socket));
  }

  static async start(script: BrokerScript): Promise<ScriptedBroker> {
    const broker = new ScriptedBroker(script);
    await new Promise<void>((resolve) => broker.#server.listen(0, '127.0.0.1', resolve));
    return broker;
  }

  get url(): string {
    const address = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the broker does not listen');
    return `mqtt://127.0.0.1:${address.port}`;
  }

  /** Acknowledges the oldest message. */
  acknowledge(): void {
    const oldest = this.#unacknowledged.shift();
    if (oldest === undefined) throw new Error('every message is acknowledged');
    oldest.socket.write(Buffer.of(PUBACK << 4, 2, ...oldest.id));
  }

  /** Sends bytes to every client. */
  write(bytes: Uint8Array): void {
    for (const socket of this.#sockets) socket.write(bytes);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  #serve(socket: Socket): void {
    this.connections += 1;
    this.#sockets.add(socket);
    let held: Buffer = Buffer.alloc(0);
    socket.on('error', () => undefined);
    socket.on('close', () => this.#sockets.delete(socket));
    socket.on('data', (bytes) => {
      held = Buffer.concat([held, bytes]);
      for (let read = firstPacket(held); read !== undefined; read = firstPacket(held)) {
        held = held.subarray(read.bytes);
        this.#answer(socket, read.packet);
      }
    });
  }

  #answer(socket: Socket, { type, flags, body }: Packet): void {
    if (type === CONNECT) {
      // After the name of the protocol, "MQTT" with its length.
      this.versions.push(body[6] ?? 0);
      socket.write(Buffer.from(this.#script.connack));
    }
    if (type === PINGREQ) socket.write(Buffer.of(PINGRESP << 4, 0));
    if (type === SUBSCRIBE) {
      const filters = filtersOf(body);
      this.filters.push(...filters);
      const granted = filters.map(() => this.#script.granted ?? 1);
      socket.write(Buffer.of(SUBACK << 4, 3 + filters.length, body[0] ?? 0, body[1] ?? 0, 0, ...granted));
    }
    if (type === PUBLISH && (flags & 0b110) === 0b010) {
      const length = body.readUInt16BE(0);
      this.topics.push(body.toString('utf8', 2, 2 + length));
      this.#unacknowledged.push({ socket, id: body.subarray(2 + length, 4 + length) });
      if (this.#script.acknowledges === true) this.acknowledge();
    }
  }
}

/** The first complete packet of `bytes`, and its length. */
function firstPacket(bytes: Buffer): { readonly packet: Packet; readonly bytes: number } | undefined {
  let length = 0;
  for (let at = 1; at < Math.min(5, bytes.length); at += 1) {
    const digit = bytes[at] ?? 0;
    length += (digit & 0x7f) * 128 ** (at - 1);
    if (digit >= 0x80) continue;
    const end = at + 1 + length;
    if (bytes.length < end) return undefined;
    const first = bytes[0] ?? 0;
    return { packet: { type: first >> 4, flags: first & 0xf, body: bytes.subarray(at + 1, end) }, bytes: end };
  }
  return undefined;
}

/** Of a SUBSCRIBE packet without properties: each filter is followed by a byte of options. */
function filtersOf(body: Buffer): string[] {
  const filters: string[] = [];
  for (let at = 3; at < body.length; ) {
    const length = body.readUInt16BE(at);
    filters.push(body.toString('utf8', at + 2, at + 2 + length));
    at += 3 + length;
  }
  return filters;
}
