import { Socket } from 'node:net';
import mqtt, { type IClientOptions, type IPublishPacket, type MqttClient } from 'mqtt';
import {
  CollectorState,
  DeviceState,
  encode,
  parseTopic,
  PAYLOAD_FORMS,
  topics,
  type Ack,
  type ResendCommand,
} from '@lineside/protocol';
import { type Clock, type Logger, LogThrottle, messageOf } from '@lineside/kit';
import { openPayload } from './check-batch.ts';
import type { Ingest } from './ingest.ts';

const ACK_EXPIRY_S = 60;
const COMMAND_EXPIRY_S = 60;
const STATE_BYTES = 4 * 1024;
const REPORTED_BYTES = 64 * 1024;
const GOODBYE_MS = 1500;
const RECONNECT_MS = 1000;
/** Name of the group among which the broker deals out batches. */
const SHARE = 'lineside-collectors';

export interface LinkOptions {
  readonly url: string;
  readonly username: string | undefined;
  readonly password: string | undefined;
  readonly tls: Pick<IClientOptions, 'ca' | 'cert' | 'key'>;
  readonly clientId: string;
  /** Tells devices whether this is the collector that they know; all of a cluster announce the same. */
  readonly session: string;
  readonly mediaUrl: string;
  /** Where uploads are made that can be resumed. */
  readonly uploadUrl: string;
  readonly clock: Clock;
  readonly log: Logger;
  readonly ingest: Ingest;
  readonly heard: (device: string, state: DeviceState) => void;
  readonly reported: (device: string, document: unknown) => void;
  /** The broker is gone. */
  readonly lost: () => void;
  /** True where several collectors share the batches of one broker. */
  readonly cluster: boolean;
  /** Whether other collectors of the cluster are at work, as far as is known. */
  readonly othersAtWork: () => boolean;
}

/** The collector's connection to the broker: presence, subscriptions, acks and requests. Stores nothing. */
export class BrokerLink {
  readonly name = 'broker link';
  readonly #options: LinkOptions;
  readonly #throttle: LogThrottle;
  #client: MqttClient | undefined;
  #subscribed = false;
  /** True while batches are not taken: the store is gone, or we are leaving. */
  #withdrawn = false;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#throttle = new LogThrottle({ everyMs: 30_000, nowMs: () => options.clock.monoMs() });
  }

  /** True while subscribed: only then do devices hear that the collector is there. */
  get online(): boolean {
    return this.#subscribed && this.#client?.connected === true;
  }

  /** Takes no more batches until `resume`; devices hear that nobody is there, unless another collector is. */
  withdraw(): void {
    if (this.#withdrawn) return;
    this.#withdrawn = true;
    const client = this.#client;
    if (client === undefined || !this.online) return;
    client.unsubscribe(this.#upFilter, (error) => {
      if (error) this.#complain(error);
    });
    if (!this.#options.othersAtWork()) this.#say(client, false);
  }

  /** Takes batches again. */
  resume(): void {
    if (!this.#withdrawn) return;
    this.#withdrawn = false;
    if (this.#client?.connected === true) this.#connected(this.#client);
  }

  acknowledge(device: string, ack: Ack): void {
    this.#publish(topics.ack(device), ack, ACK_EXPIRY_S);
  }

  /** False when the broker is not reachable now. */
  request(device: string, command: ResendCommand): boolean {
    return this.#publish(topics.cmd(device), command, COMMAND_EXPIRY_S);
  }

  /** Connected, and again connected, until the signal; then says goodbye. */
  async run(signal: AbortSignal): Promise<void> {
    const client = mqtt.connect(this.#options.url, this.#connectOptions());
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

  /** Takes no more, lets what is queued be committed and acknowledged, and says goodbye unless others stay. */
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
      const goodbye = client.publishAsync(topics.collectorState, this.#state(false), { qos: 1, retain: true });
      await Promise.race([goodbye.catch(ignored), clock.sleep(GOODBYE_MS)]);
    }
    // In good order, so that the will stays unsaid.
    await Promise.race([client.endAsync().catch(ignored), clock.sleep(GOODBYE_MS)]);
  }

  get #upFilter(): string {
    return this.#options.cluster ? `$share/${SHARE}/${topics.allUp}` : topics.allUp;
  }

  #connectOptions(): IClientOptions {
    const { username, password, clientId, tls } = this.#options;
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
      resubscribe: false,
      queueQoSZero: false,
      properties: { sessionExpiryInterval: 0, receiveMaximum: 128 },
      will: { topic: topics.collectorState, payload: this.#state(false), qos: 1, retain: true },
    };
  }

  #connected(client: MqttClient): void {
    const { stream } = client;
    if (stream instanceof Socket) stream.setNoDelay(true);
    const others = [topics.allState, topics.allReported, topics.collectorState];
    const filters = this.#withdrawn ? others : [this.#upFilter, ...others];
    client.subscribe(filters, { qos: 1 }, (error, granted) => {
      const refused = granted?.filter(({ qos }) => qos >= 128) ?? [];
      if (error !== null || refused.length > 0) {
        this.#options.log.error(
          { error: error?.message, refused: refused.map(({ topic }) => topic) },
          'broker refuses subscriptions',
        );
        return;
      }
      this.#subscribed = true;
      this.#options.log.info({ url: this.#options.url }, 'connected to broker');
      if (!this.#withdrawn) this.#say(client, true);
    });
  }

  #say(client: MqttClient, online: boolean): void {
    client.publish(topics.collectorState, this.#state(online), { qos: 1, retain: true }, (error) => {
      if (error) this.#complain(error);
    });
  }

  #closed(): void {
    if (this.#subscribed && this.#client !== undefined) this.#options.log.warn({}, 'connection to broker lost');
    this.#subscribed = false;
    this.#options.lost();
  }

  /** Called for each message; the broker is not acknowledged, and sends no more, until `done`. */
  #receive(packet: IPublishPacket, done: (error?: Error) => void): void {
    try {
      this.#dispatch(packet.topic, toBytes(packet.payload), done);
    } catch (error) {
      // A message must never end the process, whatever it holds; what we did not foresee is counted and shown.
      this.#options.ingest.refuse('not_json', packet.topic.slice(0, 128), messageOf(error));
      done();
    }
  }

  #dispatch(topic: string, payload: Uint8Array, done: () => void): void {
    const { ingest, heard, reported } = this.#options;
    const parsed = parseTopic(topic);
    if (parsed?.kind === 'up') {
      ingest.offer(parsed.device, parsed.stream, payload, done);
      return;
    }
    if (parsed?.kind === 'collectorState') this.#otherPresence(payload);
    // An empty payload is how a retained message is taken back.
    else if (payload.length > 0) {
      if (parsed?.kind === 'state') this.#open(parsed.device, payload, STATE_BYTES, DeviceState, heard);
      else if (parsed?.kind === 'reported') this.#openReported(parsed.device, payload, reported);
      else ingest.refuse('topic', '', topic.slice(0, 128));
    }
    done();
  }

  #open(
    device: string,
    payload: Uint8Array,
    maxBytes: number,
    schema: typeof DeviceState,
    take: (device: string, value: DeviceState) => void,
  ): void {
    const opened = openPayload(payload, maxBytes);
    if ('malformed' in opened) return this.#options.ingest.refuse(opened.malformed, device, opened.detail);
    const parsed = schema.safeParse(opened.value);
    if (!parsed.success) return this.#options.ingest.refuse('schema', device, 'state does not fit');
    take(device, parsed.data);
  }

  #openReported(device: string, payload: Uint8Array, take: LinkOptions['reported']): void {
    const opened = openPayload(payload, REPORTED_BYTES);
    if ('malformed' in opened) this.#options.ingest.refuse(opened.malformed, device, opened.detail);
    else take(device, opened.value);
  }

  /**
   * When another collector or an earlier run of this one leaves, devices must hear again that this one is here; our own
   * words come back too.
   */
  #otherPresence(payload: Uint8Array): void {
    const opened = openPayload(payload, STATE_BYTES);
    const state = 'value' in opened ? CollectorState.safeParse(opened.value).data : undefined;
    if (state?.online === true) {
      if (state.session === this.#options.session) return;
      const times = this.#throttle.due('other collector');
      if (times !== undefined) this.#options.log.warn({ times }, 'another collector announces itself at this broker');
      return;
    }
    if (this.#client !== undefined && this.online && !this.#withdrawn) this.#say(this.#client, true);
  }

  #publish(topic: string, value: Ack | ResendCommand, expiryS: number): boolean {
    const client = this.#client;
    // While offline mqtt.js would queue it in memory; a device that hears nothing sends again, which is the better queue.
    if (client === undefined || !client.connected) return false;
    const properties = { messageExpiryInterval: expiryS };
    client.publish(topic, encode(value), { qos: 1, properties }, (error) => {
      if (error) this.#complain(error);
    });
    return true;
  }

  #complain(error: Error): void {
    const times = this.#throttle.due(error.message);
    const { url, log } = this.#options;
    if (times !== undefined) log.warn({ url, error: error.message, times }, 'trouble with broker');
  }

  #state(online: boolean): Buffer {
    const { session, mediaUrl, uploadUrl, clock } = this.#options;
    const state: CollectorState = {
      v: 1,
      online,
      session,
      t: clock.wallMs(),
      ...(online && { mediaUrl, uploadUrl, accepts: [...PAYLOAD_FORMS] }),
    };
    return Buffer.from(JSON.stringify(state));
  }
}

/** On the way out nothing that fails matters: the will says what could not be said. */
function ignored(): void {
  return undefined;
}

function toBytes(payload: string | Buffer): Uint8Array {
  return typeof payload === 'string' ? Buffer.from(payload) : payload;
}
