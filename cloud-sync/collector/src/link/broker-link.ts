import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import {
  type AddressOf,
  type CollectorState,
  type DeviceState,
  filterOf,
  Inbox,
  outgoing,
  type OutgoingMessage,
  MAX_BATCH_BYTES,
  PAYLOAD_FORMS,
  type PayloadOf,
  type PublishedBy,
  type Refusal,
  type Reported,
} from '@lineside/protocol';
import { type Clock, type Logger, LogThrottle, messageOf, redactUrls, urlLogin } from '@lineside/kit';
import type { Ingest } from '../ingest/index.ts';

const GOODBYE_MS = 1500;
const RECONNECT_MS = 1000;
/** Bytes for topic and properties beside the largest batch. */
const PACKET_HEADROOM_BYTES = 16 * 1024;

export interface LinkOptions {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: Pick<IClientOptions, 'ca' | 'cert' | 'key'>;
  readonly clientId: string;
  /** By it devices recognise the collector; all collectors of a cluster have the same. */
  readonly session: string;
  readonly mediaUrl: string;
  /** Where uploads are made that can be resumed. */
  readonly uploadUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ingest: Ingest;
  readonly onState: (device: string, state: DeviceState) => void;
  readonly onReported: (device: string, document: Reported) => void;
  /** The connection to the broker ended. */
  readonly onLost: () => void;
  /**
   * Name of the group of collectors among which the broker distributes batches (MQTT 5, 4.8.2); undefined where there is
   * one collector. It must be secret: whoever joins the group receives batches in place of a collector, and the access
   * control of Mosquitto 2.0 does not check subscriptions.
   */
  readonly shareName: string | undefined;
  /** Whether other collectors of the cluster are at work, as far as is known. */
  readonly othersAtWork: () => boolean;
}

/** The collector's connection to the broker: presence, subscriptions, acks and requests. Stores nothing. */
export class BrokerLink {
  readonly name = 'broker link';
  readonly #options: LinkOptions;
  readonly #inbox: Inbox<'collector'>;
  readonly #throttle: LogThrottle;
  #client: MqttClient | undefined;
  #subscribed = false;
  #problem: string | undefined;
  /** True while batches are not taken: the store does not answer, or the collector is stopping. */
  #withdrawn = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: 30_000, nowMs: () => options.clock.monoMs() });
    const { ingest, onState, onReported } = options;
    this.#inbox = new Inbox<'collector'>({ onRefusal: (refusal) => this.#refused(refusal) })
      .on('up', (address, batch, received) => ingest.offer(address, batch, received))
      .on('state', ({ device }, state) => onState(device, state))
      .on('reported', ({ device }, document) => onReported(device, document))
      .on(
        'collectorState',
        (_address, state) => this.#otherPresence(state),
        () => this.#restorePresence(),
      );
  }

  /** True while subscribed: only then is the collector's presence online. */
  /** Why the broker cannot be used, while that is so and known. */
  get problem(): string | undefined {
    return this.online ? undefined : this.#problem;
  }

  get online(): boolean {
    return this.#subscribed && this.#client?.connected === true;
  }

  /** Takes no more batches until `resume`, and publishes that, unless another collector is at work. */
  withdraw(): void {
    if (this.#withdrawn) return;
    this.#withdrawn = true;
    const client = this.#client;
    if (client === undefined || !this.online) return;
    client.unsubscribe(this.#upFilter, (error) => {
      if (error) this.#complain(error);
    });
    if (!this.#options.othersAtWork()) this.#announce(client, false);
  }

  /** Takes batches again. */
  resume(): void {
    if (!this.#withdrawn) return;
    this.#withdrawn = false;
    if (this.#client?.connected === true) this.#connected(this.#client);
  }

  /**
   * Sends one message to a device. False when the broker is not reachable now: it is not queued. Throws
   * MalformedPayload for a value that the device would refuse.
   */
  publish<K extends PublishedBy<'collector'>>(kind: K, address: AddressOf<K>, value: PayloadOf<K>): boolean {
    const client = this.#client;
    // While offline mqtt.js would queue it in memory; a device that gets no answer sends again, which is the better queue.
    if (client === undefined || !client.connected) return false;
    this.#send(client, outgoing(kind, address, value));
    return true;
  }

  /** Keeps a connection until the signal aborts; then publishes that the collector is offline. */
  async run(signal: AbortSignal): Promise<void> {
    const { url, ...login } = urlLogin(this.#options.url);
    const client = mqtt.connect(url, { ...login, ...this.#connectOptions() });
    this.#client = client;
    client.handleMessage = (packet, done) => this.#receive(packet, done);
    client.on('connect', () => this.#connected(client));
    client.on('close', () => this.#closed());
    client.on('error', (error) => this.#complain(error));
    try {
      if (!signal.aborted) {
        await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
      }
      await this.#leave(client);
    } finally {
      await Promise.race([client.endAsync(true), this.#options.clock.sleep(GOODBYE_MS)]);
    }
  }

  /** Takes no more, waits until the queue is committed and acknowledged, and goes offline unless others stay. */
  async #leave(client: MqttClient): Promise<void> {
    const { clock, ingest, othersAtWork } = this.#options;
    this.#withdrawn = true;
    const connected = (): boolean => client.connected;
    if (connected()) {
      const deadline = clock.monoMs() + GOODBYE_MS;
      await Promise.race([client.unsubscribeAsync(this.#upFilter).catch(ignored), clock.sleep(GOODBYE_MS)]);
      while (!ingest.idle && connected() && clock.monoMs() < deadline) await clock.sleep(10);
    }
    this.#client = undefined;
    if (!connected()) return;
    if (!othersAtWork()) {
      const { topic, payload, qos, retain } = this.#presence(false);
      const published = client.publishAsync(topic, payload, { qos, retain });
      await Promise.race([published.catch(ignored), clock.sleep(GOODBYE_MS)]);
    }
    // With a DISCONNECT, so that the broker does not publish the will.
    await Promise.race([client.endAsync().catch(ignored), clock.sleep(GOODBYE_MS)]);
  }

  get #upFilter(): string {
    const { shareName } = this.#options;
    return shareName === undefined ? filterOf('up') : `$share/${shareName}/${filterOf('up')}`;
  }

  #connectOptions(): IClientOptions {
    const { username, password, clientId, tls } = this.#options;
    const { topic, payload, qos, retain } = this.#presence(false);
    return {
      protocolVersion: 5,
      clean: true,
      clientId,
      ...(username !== undefined && { username }),
      ...(password !== undefined && { password }),
      ...tls,
      keepalive: 15,
      connectTimeout: 5000,
      reconnectPeriod: RECONNECT_MS,
      // A broker that refuses now, because it is starting or its password file is being changed, may accept later.
      reconnectOnConnackError: true,
      resubscribe: false,
      queueQoSZero: false,
      properties: {
        sessionExpiryInterval: 0,
        receiveMaximum: 128,
        // A broker that follows MQTT 5 does not deliver what is larger: no device can make this process read it.
        maximumPacketSize: MAX_BATCH_BYTES + PACKET_HEADROOM_BYTES,
      },
      will: { topic, payload, qos, retain },
    };
  }

  #connected(client: MqttClient): void {
    const { stream } = client;
    if (stream instanceof Socket) stream.setNoDelay(true);
    const others = [filterOf('state'), filterOf('reported'), filterOf('collectorState')];
    const filters = this.#withdrawn ? others : [this.#upFilter, ...others];
    client.subscribe(filters, { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos >= 128) ?? [];
      if (error !== null || refused.length > 0) {
        const topics = refused.map(({ topic }) => topic).join(', ');
        this.#problem = `the broker refuses subscriptions: ${error?.message ?? topics}`;
        this.#options.log.error(
          { error: error?.message, refused: refused.map(({ topic }) => topic) },
          'broker refuses subscriptions',
        );
        return;
      }
      this.#subscribed = true;
      this.#options.log.info({ url: redactUrls(this.#options.url) }, 'connected to broker');
      if (!this.#withdrawn) this.#announce(client, true);
    });
  }

  #announce(client: MqttClient, online: boolean): void {
    this.#send(client, this.#presence(online));
  }

  #closed(): void {
    if (this.#subscribed && this.#client !== undefined) this.#options.log.warn({}, 'connection to broker lost');
    this.#subscribed = false;
    this.#options.onLost();
  }

  /** Called for each message; the broker is not acknowledged, and sends no more, until `done`. */
  #receive({ topic, payload }: IPublishPacket, done: (error?: Error) => void): void {
    try {
      const held = this.#inbox.receive(topic, toBytes(payload));
      if (held === undefined) done();
      else held.catch((error: unknown) => this.#unforeseen(topic, error)).finally(done);
    } catch (error) {
      this.#unforeseen(topic, error);
      done();
    }
  }

  /** A message must never end the process, whatever it holds. */
  #unforeseen(topic: string, error: unknown): void {
    const detail = `${topic.slice(0, 128)}: ${messageOf(error)}`;
    this.#options.ingest.refuse({ kind: 'unknown', reason: 'not_json', device: '', detail });
  }

  #refused(refusal: Refusal): void {
    this.#options.ingest.refuse(refusal);
    if (refusal.kind === 'collectorState') this.#restorePresence();
  }

  /** What this collector published comes back, too. */
  #otherPresence(state: CollectorState): void {
    if (!state.online) return this.#restorePresence();
    if (state.session === this.#options.session) return;
    const times = this.#throttle.due('other collector');
    if (times !== undefined) this.#options.log.warn({ times }, 'another collector announces itself at this broker');
  }

  /** Another collector or an earlier run of this one has left, or the topic was overwritten: devices must know who is here. */
  #restorePresence(): void {
    if (this.#client !== undefined && this.online && !this.#withdrawn) this.#announce(this.#client, true);
  }

  #send(client: MqttClient, { topic, payload, qos, retain, expiryS }: OutgoingMessage): void {
    const properties = expiryS === undefined ? {} : { properties: { messageExpiryInterval: expiryS } };
    client.publish(topic, payload, { qos, retain, ...properties }, (error) => {
      if (error) this.#complain(error);
    });
  }

  #complain(error: Error): void {
    this.#problem = redactUrls(error.message);
    const times = this.#throttle.due(error.message);
    const { url, log } = this.#options;
    if (times !== undefined)
      log.warn({ url: redactUrls(url), error: redactUrls(error.message), times }, 'problem with the broker');
  }

  #presence(online: boolean): OutgoingMessage {
    const { session, mediaUrl, uploadUrl, clock } = this.#options;
    const state: CollectorState = {
      v: 1,
      online,
      session,
      t: Math.round(clock.wallMs()),
      ...(online && { mediaUrl, uploadUrl, accepts: [...PAYLOAD_FORMS] }),
    };
    return outgoing('collectorState', {}, state);
  }
}

/** While stopping, nothing that fails matters: the will is published instead. */
function ignored(): void {
  return undefined;
}

function toBytes(payload: string | Buffer): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
