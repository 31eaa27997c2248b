import { downFilter, topicOf } from '@lineside/protocol';
import mqtt, { type IClientOptions, type MqttClient } from 'mqtt';
import { disconnectProblem, problem, socketProblem, UplinkFailure, type UplinkProblem } from '../ports/index.ts';

export interface BrokerOptions {
  /** `mqtt://host:port` or `mqtts://host:port`. */
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM texts, for a broker with certificates of its own. */
  readonly tls?: { readonly ca?: string; readonly cert?: string; readonly key?: string };
  readonly connectMs: number;
  readonly keepaliveS: number;
}

export interface SessionEvents {
  message(topic: string, payload: Uint8Array): void;
  /** The broker took a batch that nobody listens for: there is no collector. */
  unheard(): void;
}

interface Will {
  readonly topic: string;
  readonly payload: Buffer;
}

const GOODBYE_MS = 1_000;
// MQTT 5, 3.4.2.1.
const NO_MATCHING_SUBSCRIBERS = 0x10;
const REFUSED = 0x80;

/**
 * One connection to the broker, from CONNECT to its end. The client of `mqtt` is used for one connection only and never
 * as a queue: it replays what it holds one message per round trip and loses what does not fit, so its own reconnect is
 * off and each attempt gets a new client.
 */
export class BrokerSession {
  /** Resolves with the reason when the connection ends, however it ends. Never rejects. */
  readonly closed: Promise<UplinkProblem>;
  readonly #client: MqttClient;
  /** Packet ids of messages to which nobody need listen. */
  readonly #aside = new Set<number>();

  private constructor(client: MqttClient, closed: Promise<UplinkProblem>) {
    this.#client = client;
    this.closed = closed;
  }

  /** Connects and subscribes to all that comes down. Throws UplinkFailure; the signal's reason when aborted. */
  static async open(
    device: string,
    options: BrokerOptions,
    will: Will,
    events: SessionEvents,
    signal: AbortSignal,
  ): Promise<BrokerSession> {
    signal.throwIfAborted();
    const client = mqtt.connect(options.url, connectOptions(device, options, will));
    const session = new BrokerSession(client, closedOf(client, options.url));
    client.on('message', (topic, payload) => events.message(topic, payload));
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'puback') return;
      const aside = packet.messageId !== undefined && session.#aside.delete(packet.messageId);
      if (packet.reasonCode === NO_MATCHING_SUBSCRIBERS && !aside) events.unheard();
    });
    const onAbort = (): void => void client.end(true);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      await session.#connected();
      await session.#subscribe([downFilter(device), topicOf('collectorState')]);
      // Only to learn of another box with this identity; a broker may forbid it.
      client.subscribe(topicOf('state', { device }), { qos: 1 }, ignored);
      return session;
    } catch (error) {
      client.end(true);
      signal.throwIfAborted();
      throw error;
    } finally {
      signal.removeEventListener('abort', onAbort);
    }
  }

  /**
   * QoS 1. `settled` hears that the broker has it, or why the broker refuses it, or nothing where the connection ends
   * first. That the broker has it says nothing of the collector: only its ack does.
   */
  publish(topic: string, payload: Buffer, retain: boolean, settled: (refusal?: UplinkProblem) => void): void {
    if (!this.#client.connected) return;
    this.#client.publish(topic, payload, { qos: 1, retain }, (error) => {
      const reason = reasonOf(error);
      if (reason !== undefined && reason >= REFUSED) {
        settled(problem('not_authorised', `the broker refuses a message to ${topic} (0x${reason.toString(16)})`));
      } else if (!(error instanceof Error)) settled();
    });
    // The broker keeps it for whoever comes.
    if (retain) this.#aside.add(this.#client.getLastMessageId());
  }

  /** Has the broker say once more what it retains of the collector's presence (MQTT 5, 3.3.1.3: at each subscription). */
  askForCollector(): void {
    if (this.#client.connected) this.#client.subscribe(topicOf('collectorState'), { qos: 1 }, ignored);
  }

  /** Sends `last` and leaves in good order, so that the will stays unsaid; gives up after a second. */
  async leave(topic: string, last: Buffer): Promise<void> {
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
    if (this.#client.connected) {
      await Promise.race([this.#client.publishAsync(topic, last, { qos: 1, retain: true }).catch(ignored), deadline]);
    }
    await Promise.race([this.#client.endAsync().catch(ignored), deadline]);
    this.drop();
  }

  /** Ends it at once. */
  drop(): void {
    this.#client.end(true);
  }

  async #connected(): Promise<void> {
    const client = this.#client;
    const up = new Promise<'up'>((resolve) => client.once('connect', () => resolve('up')));
    const outcome = await Promise.race([up, this.closed]);
    if (outcome !== 'up') throw new UplinkFailure(outcome);
    // Batches and acks wait for each other: with Nagle's algorithm each would also wait for another packet.
    if (takesNoDelay(client.stream)) client.stream.setNoDelay(true);
  }

  async #subscribe(filters: string[]): Promise<void> {
    const asked = this.#client.subscribeAsync(filters, { qos: 1 }).catch((error: unknown) => error);
    const answer = await Promise.race([asked, this.closed.then((reason) => new UplinkFailure(reason))]);
    if (answer instanceof UplinkFailure) throw answer;
    const refused = Array.isArray(answer) ? answer.some((grant: { qos: number }) => grant.qos >= REFUSED) : true;
    if (!refused) return;
    throw new UplinkFailure(
      problem('not_authorised', `the broker refuses to subscribe to ${filters.join(', ')}`),
      answer,
    );
  }
}

function connectOptions(device: string, options: BrokerOptions, will: Will): IClientOptions {
  const { username, password, tls } = options;
  return {
    protocolVersion: 5,
    clientId: device,
    clean: true,
    reconnectPeriod: 0,
    resubscribe: false,
    queueQoSZero: false,
    keepalive: options.keepaliveS,
    connectTimeout: options.connectMs,
    properties: { sessionExpiryInterval: 0 },
    will: { ...will, qos: 1, retain: true },
    ...(username === undefined ? {} : { username }),
    ...(password === undefined ? {} : { password }),
    ...tls,
  };
}

/** The first reason heard for the end is the true one: what follows are its echoes. */
function closedOf(client: MqttClient, broker: string): Promise<UplinkProblem> {
  return new Promise((resolve) => {
    let reason: UplinkProblem | undefined;
    client.on('disconnect', (packet) => {
      reason ??= disconnectProblem(packet.reasonCode ?? 0);
    });
    client.on('error', (error) => {
      reason ??= socketProblem(error, broker);
      client.end(true);
    });
    client.on('close', () => {
      resolve(reason ?? problem('broker_lost', `${broker}: the connection was lost`));
      client.end(true);
    });
  });
}

function reasonOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

function takesNoDelay(stream: object): stream is { setNoDelay(on: boolean): void } {
  return 'setNoDelay' in stream && typeof stream.setNoDelay === 'function';
}

/** On the way out nothing that fails matters: the will says what could not be said. */
function ignored(): void {
  return undefined;
}
