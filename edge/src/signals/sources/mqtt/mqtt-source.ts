import { readFile } from 'node:fs/promises';
import {
  aborted,
  Backoff,
  isAbort,
  LogThrottle,
  messageOf,
  redactUrls,
  type Service,
  unlessAbort,
  urlLogin,
} from '@lineside/kit';
import { connect, type MqttClient } from 'mqtt';
import type { SourceTools } from '../../signal-source.ts';
import { endOf, limitMessages } from './client-limits.ts';
import type { MqttAddress } from './mqtt-address.ts';
import { isOnline, MAX_PAYLOAD_BYTES, readPayload } from './mqtt-payload.ts';

export interface MqttPoint extends MqttAddress {
  readonly id: string;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
const CONNECT_MS = 10_000;
const KEEPALIVE_S = 15;
const LOG_EVERY_MS = 60_000;
/** Reason codes of a broker that has only MQTT 3.1.1 (3.2.2.3 there), or refuses version 5 (MQTT 5, 3.2.2.2). */
const VERSION_REFUSED = [0x01, 0x84];

type Version = 4 | 5;

/** Reads topics of one broker, and connects again when the connection ends. Publishes nothing. */
export class MqttSource implements Service {
  readonly name: string;
  readonly #points: readonly MqttPoint[];
  readonly #tools: SourceTools;
  readonly #throttle: LogThrottle;
  /** Topics whose publisher has said that it is gone. */
  readonly #offline = new Set<string>();
  #version: Version = 5;

  constructor(points: readonly MqttPoint[], tools: SourceTools) {
    this.#points = points;
    this.#tools = tools;
    this.name = `signals ${redactUrls(this.#broker)}`;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
  }

  get #broker(): string {
    return this.#points[0]?.broker ?? '';
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock } = this.#tools;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: () => 0.5 });
    while (!signal.aborted) {
      try {
        await this.#session(signal, () => backoff.reset());
      } catch (error) {
        if (!isAbort(error)) this.#report(error);
      }
      this.#lose(this.#points);
      await clock.sleep(backoff.next(), signal).catch(unlessAbort);
    }
  }

  /** One connection, from CONNECT to its end, whose cause it throws. */
  async #session(signal: AbortSignal, onUp: () => void): Promise<void> {
    const [first] = this.#points;
    const ca = first?.caFile === undefined ? {} : { ca: await readFile(first.caFile) };
    signal.throwIfAborted();
    const { url, ...login } = urlLogin(this.#broker);
    const client = connect(url, {
      ...{ ...login, ...ca, protocolVersion: this.#version, clean: true, reconnectPeriod: 0, resubscribe: false },
      ...{ queueQoSZero: false, keepalive: KEEPALIVE_S, connectTimeout: CONNECT_MS },
      ...(this.#version === 5
        ? { properties: { sessionExpiryInterval: 0, maximumPacketSize: 2 * MAX_PAYLOAD_BYTES } }
        : {}),
    });
    // A refusal of the version comes as an error before the connection is up.
    const ended = endOf(client, (code) => VERSION_REFUSED.includes(code) && this.#fallBack());
    limitMessages(client, this.#tools.clock);
    client.on('message', (topic, payload) => this.#take(client, topic, payload));
    client.on('connect', () => {
      onUp();
      this.#offline.clear();
      void this.#subscribe(client, [...new Set(this.#points.flatMap(topicsOf))]);
    });
    const stop = new AbortController();
    void aborted(AbortSignal.any([signal, stop.signal])).then(() => client.end(true));
    try {
      throw await ended;
    } finally {
      stop.abort();
    }
  }

  #fallBack(): void {
    this.#version = 4;
  }

  async #subscribe(client: MqttClient, topics: readonly string[]): Promise<void> {
    try {
      await client.subscribeAsync([...topics], { qos: 1 });
    } catch (error) {
      // The end of the connection is reported where it is waited for; a refusal of a topic leaves the others.
      if (!client.connected) return;
      // Not by its topic, which may come from a reference.
      const ids = this.#points.filter((point) => topicsOf(point).some((topic) => topics.includes(topic)));
      const whose = ids.map(({ id }) => id).join(', ');
      this.#report(new Error(`the broker refuses a topic of ${whose}: ${messageOf(error)}`), 'refused');
    }
  }

  #take(client: MqttClient, topic: string, payload: Uint8Array): void {
    this.#takeState(client, topic, payload);
    for (const point of this.#points) {
      if (point.topic !== topic) continue;
      if (point.stateTopic !== undefined && this.#offline.has(point.stateTopic)) continue;
      this.#tools.sink.receive(point.id, readPayload(payload, point.field));
    }
  }

  /** A publisher that goes takes its signals with it; when it is back, the retained messages are asked for again. */
  #takeState(client: MqttClient, topic: string, payload: Uint8Array): void {
    const points = this.#points.filter(({ stateTopic }) => stateTopic === topic);
    if (points.length === 0) return;
    if (!isOnline(payload)) {
      this.#offline.add(topic);
      this.#lose(points);
    } else if (this.#offline.delete(topic)) {
      void this.#subscribe(client, [...new Set(points.map((point) => point.topic))]);
    }
  }

  #lose(points: readonly MqttPoint[]): void {
    this.#tools.sink.lost(points.map(({ id }) => id));
  }

  #report(error: unknown, key = 'lost'): void {
    const count = this.#throttle.due(key);
    if (count === undefined) return;
    const facts = { code: 'signals_unreachable', broker: redactUrls(this.#broker), error: messageOf(error), count };
    this.#tools.log.warn(facts, 'no connection to a source of signals');
  }
}

function topicsOf({ topic, stateTopic }: MqttPoint): readonly string[] {
  return stateTopic === undefined ? [topic] : [stateTopic, topic];
}
