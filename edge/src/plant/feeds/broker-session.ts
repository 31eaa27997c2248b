import { readFile } from 'node:fs/promises';
import { Socket } from 'node:net';
import { connect, type MqttClient } from 'mqtt';
import type { BrokerAddress } from './broker-address.ts';

const CONNECT_MS = 10_000;
const KEEPALIVE_S = 15;
/** A broker that takes no more than this is not reading: the connection ends. */
const MOST_UNSENT_BYTES = 1_048_576;
/** A subscription that is refused is granted with this. */
const REFUSED = 0x80;

export interface Publication {
  readonly topic: string;
  readonly payload: Uint8Array | string;
  readonly qos: 0 | 1;
  readonly retain: boolean;
}

export interface BrokerSessionOptions {
  readonly address: BrokerAddress;
  readonly clientId: string;
  readonly will: Publication;
  readonly onMessage: (topic: string, payload: Uint8Array, retained: boolean) => void;
}

/** One connection to the plant's broker by MQTT 3.1.1, which every broker has. It never connects again by itself. */
export class BrokerSession {
  /** Resolves with what ended the connection. */
  readonly ended: Promise<Error>;
  readonly #client: MqttClient;

  private constructor(client: MqttClient) {
    this.#client = client;
    this.ended = endOf(client);
  }

  /** Resolves when the broker has accepted; rejects with why it has not. */
  static async open(options: BrokerSessionOptions, signal: AbortSignal): Promise<BrokerSession> {
    const { address, clientId, will, onMessage } = options;
    const { url, caFile, ...login } = address;
    const ca = caFile === undefined ? {} : { ca: await readFile(caFile) };
    signal.throwIfAborted();
    const client = connect(url, {
      ...{ ...login, ...ca, clientId, protocolVersion: 4, clean: true, reconnectPeriod: 0, resubscribe: false },
      ...{ queueQoSZero: false, keepalive: KEEPALIVE_S, connectTimeout: CONNECT_MS },
      will: { ...will, payload: Buffer.from(will.payload) },
    });
    // Small messages would wait for the acknowledgement of those before.
    if (client.stream instanceof Socket) client.stream.setNoDelay(true);
    const session = new BrokerSession(client);
    client.on('message', (topic, payload, { retain }) => onMessage(topic, payload, retain));
    const abort = (): void => void client.end(true);
    signal.addEventListener('abort', abort, { once: true });
    try {
      const accepted = new Promise<'up'>((resolve) => client.once('connect', () => resolve('up')));
      const first = await Promise.race([accepted, session.ended]);
      if (first instanceof Error) throw first;
      signal.throwIfAborted();
      return session;
    } finally {
      signal.removeEventListener('abort', abort);
    }
  }

  /** Resolves when a message of QoS 0 is handed to the socket, of QoS 1 when the broker has it. Rejects once it has ended. */
  async publish({ topic, payload, qos, retain }: Publication): Promise<void> {
    if (this.#client.stream.writableLength > MOST_UNSENT_BYTES) {
      this.destroy();
      throw new Error('the broker does not read what is sent');
    }
    await this.#client.publishAsync(topic, Buffer.from(payload), { qos, retain });
  }

  /** Rejects where the broker refuses one of the topics. */
  async subscribe(topics: readonly string[]): Promise<void> {
    const granted = await this.#client.subscribeAsync([...topics], { qos: 1 });
    const refused = granted.filter(({ qos }) => qos >= REFUSED).map(({ topic }) => topic);
    if (refused.length > 0) throw new Error(`the broker refuses ${refused.join(', ')}`);
  }

  /** With DISCONNECT: the broker keeps the will to itself. */
  async close(): Promise<void> {
    this.#client.end();
    await this.ended;
  }

  /** Without it: the broker publishes the will. */
  destroy(): void {
    this.#client.stream.destroy();
    this.#client.end(true);
  }
}

function endOf(client: MqttClient): Promise<Error> {
  return new Promise((resolve) => {
    let cause = new Error('the broker closed the connection');
    client.on('error', (error) => {
      cause = error;
      client.end(true);
    });
    client.on('close', () => resolve(cause));
  });
}
