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
import { decodePayload, encodePayload, MAX_PAYLOAD_BYTES, parseTopic, topicOf } from '../../../sparkplug/index.ts';
import type { SourceTools } from '../../signal-source.ts';
import { endOf, limitMessages } from '../mqtt/client-limits.ts';
import { NodeReader } from './node-reader.ts';
import type { SparkplugAddress } from './sparkplug-address.ts';

export interface SparkplugPoint extends SparkplugAddress {
  readonly id: string;
}

const FIRST_RETRY_MS = 500;
const MAX_RETRY_MS = 15_000;
const CONNECT_MS = 10_000;
const KEEPALIVE_S = 15;
const LOG_EVERY_MS = 60_000;
/** A node that is not born is asked so often, at first and at most: births are not retained. */
const FIRST_ASK_MS = 3_000;
const MAX_ASK_MS = 60_000;
const LOOK_MS = 250;
const MESSAGE_TYPES = ['NBIRTH', 'NDATA', 'NDEATH'] as const;
const DEVICE_TYPES = ['DBIRTH', 'DDATA', 'DDEATH'] as const;

/** One node of the connection, and when it may be asked for its birth again. */
interface Node {
  readonly group: string;
  readonly node: string;
  readonly ids: readonly string[];
  readonly reader: NodeReader;
  readonly backoff: Backoff;
  askAtMs: number;
}

/** Reads metrics of edge nodes at one broker, and connects again when the connection ends. */
export class SparkplugSource implements Service {
  readonly name: string;
  readonly #points: readonly SparkplugPoint[];
  readonly #tools: SourceTools;
  readonly #throttle: LogThrottle;
  readonly #nodes: ReadonlyMap<string, Node>;

  constructor(points: readonly SparkplugPoint[], tools: SourceTools) {
    this.#points = points;
    this.#tools = tools;
    this.name = `signals ${redactUrls(this.#broker)}`;
    this.#throttle = new LogThrottle({ everyMs: LOG_EVERY_MS, nowMs: () => tools.clock.monoMs() });
    const keys = [...new Set(points.map(keyOf))];
    this.#nodes = new Map(keys.map((key) => [key, nodeOf(points.filter((point) => keyOf(point) === key))]));
  }

  get #broker(): string {
    return this.#points[0]?.broker ?? '';
  }

  async run(signal: AbortSignal): Promise<void> {
    const { clock, sink } = this.#tools;
    const backoff = new Backoff({ firstMs: FIRST_RETRY_MS, maxMs: MAX_RETRY_MS, random: () => 0.5 });
    while (!signal.aborted) {
      try {
        await this.#session(signal, () => backoff.reset());
      } catch (error) {
        if (!isAbort(error)) this.#report(error);
      }
      for (const { reader } of this.#nodes.values()) reader.forget();
      sink.lost(this.#points.map(({ id }) => id));
      await clock.sleep(backoff.next(), signal).catch(unlessAbort);
    }
  }

  /** One connection, from CONNECT to its end, whose cause it throws. */
  async #session(signal: AbortSignal, onUp: () => void): Promise<void> {
    const caFile = this.#points[0]?.caFile;
    const ca = caFile === undefined ? {} : { ca: await readFile(caFile) };
    signal.throwIfAborted();
    const { url, ...login } = urlLogin(this.#broker);
    const client = connect(url, {
      ...{ ...login, ...ca, protocolVersion: 4, clean: true, reconnectPeriod: 0, resubscribe: false },
      ...{ queueQoSZero: false, keepalive: KEEPALIVE_S, connectTimeout: CONNECT_MS },
    });
    const ended = endOf(client);
    limitMessages(client, this.#tools.clock);
    client.on('message', (topic, payload) => this.#take(topic, payload));
    const stop = new AbortController();
    client.on('connect', () => {
      onUp();
      void this.#begin(client, AbortSignal.any([signal, stop.signal]));
    });
    void aborted(AbortSignal.any([signal, stop.signal])).then(() => client.end(true));
    try {
      throw await ended;
    } finally {
      stop.abort();
    }
  }

  /** Subscribes, then asks every node that is not born, until the connection ends. Never rejects. */
  async #begin(client: MqttClient, signal: AbortSignal): Promise<void> {
    const { clock } = this.#tools;
    try {
      await client.subscribeAsync([...this.#nodes.values()].flatMap(topicsOf), { qos: 1 });
      for (const node of this.#nodes.values()) {
        node.backoff.reset();
        node.askAtMs = clock.monoMs();
      }
      while (!signal.aborted) {
        for (const node of this.#nodes.values()) await this.#ask(client, node);
        await clock.sleep(LOOK_MS, signal);
      }
    } catch (error) {
      // The end of the connection is reported where it is waited for.
      if (!isAbort(error) && client.connected) {
        this.#report(error);
        client.end(true);
      }
    }
  }

  async #ask(client: MqttClient, node: Node): Promise<void> {
    const nowMs = this.#tools.clock.monoMs();
    if (node.reader.isBorn || nowMs < node.askAtMs) return;
    node.askAtMs = nowMs + node.backoff.next();
    const timestamp = this.#tools.clock.wallMs();
    const rebirth = { name: 'Node Control/Rebirth', timestamp, type: 'Boolean', value: true } as const;
    const payload = encodePayload({ timestamp, metrics: [rebirth] });
    await client.publishAsync(topicOf('NCMD', node), Buffer.from(payload), { qos: 0 });
  }

  #take(topic: string, payload: Uint8Array): void {
    const place = parseTopic(topic);
    const node = place && this.#nodes.get(`${place.group}/${place.node}`);
    if (place === undefined || node === undefined) return;
    const decoded = payload.length > MAX_PAYLOAD_BYTES ? { problem: 'too_large' } : decodePayload(payload);
    if ('problem' in decoded) {
      // What it said is not known, so nothing of it is true any more.
      node.reader.forget();
      this.#tools.sink.lost(node.ids);
      this.#report(new Error(`a payload of ${node.node} cannot be read: ${decoded.problem}`), 'payload');
      return;
    }
    const { lost, readings, ask } = node.reader.take(place.type, place.device, decoded);
    if (lost.length > 0) this.#tools.sink.lost(lost);
    for (const { id, reading } of readings) this.#tools.sink.receive(id, reading);
    if (place.type === 'NBIRTH') node.backoff.reset();
    // A device whose birth was missed: all births are asked for, and until then nothing of the node is known.
    if (ask === undefined || !node.reader.isBorn) return;
    node.reader.forget();
    this.#tools.sink.lost(node.ids);
  }

  #report(error: unknown, key = 'lost'): void {
    const count = this.#throttle.due(key);
    if (count === undefined) return;
    const facts = { code: 'signals_unreachable', broker: redactUrls(this.#broker), error: messageOf(error), count };
    this.#tools.log.warn(facts, 'no connection to a source of signals');
  }
}

function keyOf({ group, node }: SparkplugPoint): string {
  return `${group}/${node}`;
}

function nodeOf(points: readonly SparkplugPoint[]): Node {
  const { group, node } = points[0] ?? { group: '', node: '' };
  return {
    ...{ group, node, ids: points.map(({ id }) => id), askAtMs: 0 },
    reader: new NodeReader(points.map(({ id, device, metric }) => ({ id, device, metric }))),
    backoff: new Backoff({ firstMs: FIRST_ASK_MS, maxMs: MAX_ASK_MS }),
  };
}

/** Of the node, and of all of its devices: their numbers are one sequence. */
function topicsOf({ group, node }: Node): readonly string[] {
  return [
    ...MESSAGE_TYPES.map((type) => topicOf(type, { group, node })),
    ...DEVICE_TYPES.map((type) => topicOf(type, { group, node, device: '+' })),
  ];
}
