import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import Database from 'better-sqlite3';
import mqtt, { type MqttClient } from 'mqtt';
import { type Mosquitto, startMosquitto } from '../../tests/support/mosquitto.ts';
import { waitFor } from '../../tests/support/wait-for.ts';

const TOPIC = 'peer/events';
const WITHIN_MS = 120_000;
/** A queue that has stopped moving for so long is empty, or lost. */
const STILL_MS = 4_000;

export interface PeerResult {
  readonly eventsPerSecond: number;
  readonly lost: number;
}

/** Sends `events` from a queue to rows in SQLite; with `cut`, subscriber and broker go and come back on the way. */
export interface PeerOptions {
  readonly folder: string;
  readonly events: readonly string[];
  readonly cut: boolean;
}

/**
 * mqtt.js as its own queue: everything is published while offline, with QoS 1, and it sends when it is connected. Its
 * packet ids end at 65 535, so more than that is not asked of it here.
 */
export async function mqttjsStore({ folder, events, cut }: PeerOptions): Promise<PeerResult> {
  await using broker = await startMosquitto(UNBOUNDED);
  const rows = new Rows(join(folder, `mqttjs-${String(cut)}.sqlite`));
  let subscriber = await subscribed(broker, rows);
  await broker.stop();
  const client = mqtt.connect(broker.url, { protocolVersion: 5, clientId: 'peer', reconnectPeriod: 100 });
  client.on('error', () => undefined);
  for (const [n, event] of events.entries()) client.publish(TOPIC, `${n} ${event}`, { qos: 1 });
  await broker.start();
  const both = async (): Promise<void> => {
    subscriber = await goneAndBack(broker, subscriber, rows);
  };
  const result = await arrival(rows, events.length, cut ? both : undefined);
  await client.endAsync(true);
  await subscriber.endAsync(true);
  rows.close();
  return result;
}

/** A Mosquitto beside the device that queues, and bridges to the one beside the database; only that one is killed. */
export async function mosquittoBridge({ folder, events, cut }: PeerOptions): Promise<PeerResult> {
  await using far = await startMosquitto(UNBOUNDED);
  const rows = new Rows(join(folder, `bridge-${String(cut)}.sqlite`));
  let subscriber = await subscribed(far, rows);
  const bridge = [
    'connection far',
    `address 127.0.0.1:${far.port}`,
    `topic ${TOPIC} out 1`,
    'cleansession false',
    'bridge_protocol_version mqttv50',
    'restart_timeout 1',
  ];
  await using near = await startMosquitto({ config: [...UNBOUNDED.config, ...bridge] });
  await sleep(1_000);
  await far.stop();
  const client = await mqtt.connectAsync(near.url, { protocolVersion: 5, clientId: 'peer' });
  await Promise.all(events.map((event, n) => client.publishAsync(TOPIC, `${n} ${event}`, { qos: 1 })));
  await far.start();
  const both = async (): Promise<void> => {
    subscriber = await goneAndBack(far, subscriber, rows);
  };
  const result = await arrival(rows, events.length, cut ? both : undefined);
  await client.endAsync(true);
  await subscriber.endAsync(true);
  rows.close();
  return result;
}

/** Neither peer is held to Mosquitto's usual queue of 1000 messages, beyond which it drops. */
const UNBOUNDED = { config: ['max_queued_messages 0', 'max_inflight_messages 100'] };

/** The subscriber goes without a word, the broker goes on for a moment and is killed; both come back. */
async function goneAndBack(broker: Mosquitto, subscriber: MqttClient, rows: Rows): Promise<MqttClient> {
  await subscriber.endAsync(true);
  await sleep(300);
  await broker.kill();
  await sleep(200);
  await broker.start();
  return subscribed(broker, rows);
}

async function subscribed(broker: Mosquitto, rows: Rows): Promise<MqttClient> {
  const client = await mqtt.connectAsync(broker.url, {
    protocolVersion: 5,
    clientId: 'peer-collector',
    clean: false,
    properties: { sessionExpiryInterval: 3_600 },
    reconnectPeriod: 100,
  });
  client.on('error', () => undefined);
  client.on('message', (_topic, payload) => rows.add(payload.toString()));
  client.on('connect', () => client.subscribe(TOPIC, { qos: 1 }));
  await client.subscribeAsync(TOPIC, { qos: 1 });
  return client;
}

/** Waits until all have arrived or nothing moves any more; kills half-way on request. */
async function arrival(rows: Rows, expected: number, half: (() => Promise<void>) | undefined): Promise<PeerResult> {
  await waitFor('the first row', () => rows.count > 0, { withinMs: WITHIN_MS });
  const startedMs = performance.now();
  let movedMs = startedMs;
  let before = 0;
  let cut = half;
  while (rows.count < expected && performance.now() - movedMs < STILL_MS) {
    await sleep(10);
    if (rows.count !== before) [before, movedMs] = [rows.count, performance.now()];
    if (cut === undefined || rows.count < expected / 3) continue;
    await cut();
    cut = undefined;
    movedMs = performance.now();
  }
  return { eventsPerSecond: (rows.count * 1000) / (movedMs - startedMs), lost: expected - rows.count };
}

/** What a subscriber keeps, by number, in a transaction per 20 ms that is on the disk when it returns. */
class Rows {
  readonly #database: Database.Database;
  readonly #insert: (texts: readonly string[]) => void;
  #waiting: string[] = [];
  #timer: NodeJS.Timeout | undefined;
  #count = 0;

  constructor(path: string) {
    this.#database = new Database(path);
    this.#database.pragma('journal_mode = WAL');
    this.#database.pragma('synchronous = FULL');
    this.#database.exec('create table records (seq integer primary key, json text not null)');
    const insert = this.#database.prepare('insert or ignore into records values (?, ?)');
    this.#insert = this.#database.transaction((texts: readonly string[]) => {
      for (const text of texts) {
        const blank = text.indexOf(' ');
        this.#count += insert.run(Number(text.slice(0, blank)), text.slice(blank + 1)).changes;
      }
    });
  }

  get count(): number {
    return this.#count;
  }

  add(text: string): void {
    this.#waiting.push(text);
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#insert(this.#waiting.splice(0));
    }, 20);
  }

  close(): void {
    clearTimeout(this.#timer);
    this.#database.close();
  }
}
