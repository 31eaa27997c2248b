import {
  type AddressOf,
  downFilter,
  filterOf,
  MalformedPayload,
  outgoing,
  type OutgoingMessage,
  type PayloadOf,
  type PublishedBy,
  TOPIC_KINDS,
  topicOf,
} from '@lineside/protocol';
import type { Clock } from '@lineside/kit';
import type { MqttClient } from 'mqtt';
import { problem, UplinkFailure, type UplinkProblem } from '../ports/index.ts';
import { type BrokerLimits, limitsOf, missingFeature, packetBytes, tightLimit } from './broker-limits.ts';
import { type BrokerAccess, openClient } from './client-options.ts';
import { endOf } from './connection-end.ts';
import { InboundLimit } from './inbound-limit.ts';

export interface SessionOptions extends BrokerAccess {
  /** Its id is the client id, so that the broker allows one connection per device. */
  readonly device: string;
  readonly connectMs: number;
  readonly keepaliveS: number;
  readonly will: OutgoingMessage;
  readonly clock: Clock;
}

export interface SessionEvents {
  message(topic: string, payload: Uint8Array): void;
  /** The broker took a batch for which it has no subscriber: there is no collector. */
  noSubscribers(): void;
  /** The broker takes further messages, after `ready` was false. */
  ready(): void;
  /** The broker has a limit or a habit that a technician must know of; the session goes on. */
  problem(what: UplinkProblem): void;
}

/** Called when the broker has a message, or with the reason why it refuses it. */
export type Settled = (refusal?: UplinkProblem) => void;

const GOODBYE_MS = 1_000;
// MQTT 5, 3.4.2.1.
const NO_MATCHING_SUBSCRIBERS = 0x10;
const REFUSED = 0x80;

/** One connection to the broker, from CONNECT to its end. */
export class BrokerSession {
  /** Resolves with the reason when the connection ends, however it ends. Never rejects. */
  readonly closed: Promise<UplinkProblem>;
  readonly #device: string;
  readonly #client: MqttClient;
  /** Packet ids of retained messages: they need no subscriber. */
  readonly #retained = new Set<number>();
  readonly #events: SessionEvents;
  #limits: BrokerLimits = limitsOf(undefined);
  /** Messages that the broker has not acknowledged yet, and those that must wait for that. */
  #unacknowledged = 0;
  readonly #waiting: (readonly [OutgoingMessage, Settled])[] = [];

  private constructor(device: string, client: MqttClient, closed: Promise<UplinkProblem>, events: SessionEvents) {
    this.#device = device;
    this.#client = client;
    this.closed = closed;
    this.#events = events;
  }

  /** What the broker allows. */
  get limits(): BrokerLimits {
    return this.#limits;
  }

  /** False while the broker must first acknowledge what it has (MQTT 5, 4.9); `events.ready` is called after that. */
  get ready(): boolean {
    return this.#unacknowledged < this.#limits.receiveMaximum;
  }

  /** Whether the broker takes a packet of this size. */
  fits(message: Pick<OutgoingMessage, 'topic' | 'payload'>): boolean {
    return packetBytes(message) <= this.#limits.maxPacketBytes;
  }

  /** Connects and subscribes to all that is sent down. Throws UplinkFailure; the signal's reason when aborted. */
  static async open(options: SessionOptions, events: SessionEvents, signal: AbortSignal): Promise<BrokerSession> {
    signal.throwIfAborted();
    const { device, url } = options;
    const client = await openClient(options, { clientId: device, ...options });
    const session = new BrokerSession(device, client, endOf(client, url), events);
    const inbound = new InboundLimit(options.clock, () =>
      events.problem(problem('broker_floods', 'the broker sends more messages than a collector ever would')),
    );
    client.handleMessage = (packet, done) => inbound.take(packet.payload.length, done);
    client.on('message', (topic, payload) => events.message(topic, payload));
    client.on('packetreceive', (packet) => {
      if (packet.cmd !== 'puback') return;
      const retained = packet.messageId !== undefined && session.#retained.delete(packet.messageId);
      if (packet.reasonCode === NO_MATCHING_SUBSCRIBERS && !retained) events.noSubscribers();
    });
    const onAbort = (): void => void client.end(true);
    signal.addEventListener('abort', onAbort, { once: true });
    try {
      signal.throwIfAborted();
      await session.#connected();
      await session.#subscribe([...session.#downFilters(), filterOf('collectorState')]);
      // Only to learn of another device with this identity; a broker may forbid it.
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

  /** Publishes a document about this device. One that does not fit its schema is refused here, not at the readers. */
  publish<K extends PublishedBy<'device'>>(
    kind: K,
    rest: Omit<AddressOf<K>, 'device'>,
    value: PayloadOf<K>,
    settled: Settled,
  ): void {
    try {
      // All topics that a device publishes have the device as a level.
      this.send(outgoing(kind, { ...rest, device: this.#device } as unknown as AddressOf<K>, value), settled);
    } catch (error) {
      if (!(error instanceof MalformedPayload)) throw error;
      settled(problem('payload_malformed', `${kind}: ${error.message}`));
    }
  }

  /**
   * Sends a message. `settled` is called when the broker has it or refuses it, and never where the connection ends
   * first. That the broker has it says nothing about the collector: only its ack does.
   */
  send({ topic, payload, qos, retain }: OutgoingMessage, settled: Settled): void {
    if (!this.#client.connected) return;
    if (!this.fits({ topic, payload })) {
      const most = this.#limits.maxPacketBytes;
      settled(problem('broker_packet_limit', `a message to ${topic} is larger than the ${most} bytes of the broker`));
      return;
    }
    if (!this.ready) {
      this.#waiting.push([{ topic, payload, qos, retain }, settled]);
      return;
    }
    this.#unacknowledged += 1;
    this.#client.publish(topic, payload, { qos, retain }, (error) => {
      this.#acknowledged();
      const reason = reasonOf(error);
      if (reason !== undefined && reason >= REFUSED) {
        settled(problem('not_authorised', `the broker refuses a message to ${topic} (0x${reason.toString(16)})`));
      } else if (!(error instanceof Error)) settled();
    });
    if (retain) this.#retained.add(this.#client.getLastMessageId());
  }

  #acknowledged(): void {
    const wasReady = this.ready;
    this.#unacknowledged -= 1;
    const next = this.#waiting.shift();
    if (next !== undefined) this.send(...next);
    else if (!wasReady) this.#events.ready();
  }

  /** Makes the broker send the retained presence of the collector again (MQTT 5, 3.3.1.3: at each subscription). */
  askForCollector(): void {
    if (this.#client.connected) this.#client.subscribe(filterOf('collectorState'), { qos: 1 }, ignored);
  }

  /** Sends `last` and disconnects, so that the broker does not publish the will; gives up after a second. */
  async leave({ topic, payload, qos, retain }: OutgoingMessage): Promise<void> {
    const deadline = new Promise<void>((resolve) => setTimeout(resolve, GOODBYE_MS).unref());
    if (this.#client.connected) {
      await Promise.race([this.#client.publishAsync(topic, payload, { qos, retain }).catch(ignored), deadline]);
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
    const missing = missingFeature(client.serverProperties);
    if (missing !== undefined) throw new UplinkFailure(missing);
    this.#limits = limitsOf(client.serverProperties);
    const tight = tightLimit(this.#limits);
    if (tight !== undefined) this.#events.problem(tight);
    // Batches and acks wait for each other: with Nagle's algorithm each would also wait for another packet.
    if (takesNoDelay(client.stream)) client.stream.setNoDelay(true);
  }

  /** All that is sent down; by single topics where the broker allows no wildcard (MQTT 5, 3.2.2.3.11). */
  #downFilters(): string[] {
    const device = this.#device;
    const down = downFilter(device);
    if (this.#limits.wildcards) return [down];
    return TOPIC_KINDS.map((kind) => filterOf(kind, { device })).filter((topic) => topic.startsWith(down.slice(0, -1)));
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

function reasonOf(error: unknown): number | undefined {
  const code = typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
  return typeof code === 'number' ? code : undefined;
}

function takesNoDelay(stream: object): stream is { setNoDelay(on: boolean): void } {
  return 'setNoDelay' in stream && typeof stream.setNoDelay === 'function';
}

/** On the way out nothing that fails matters: the will is published instead. */
function ignored(): void {
  return undefined;
}
