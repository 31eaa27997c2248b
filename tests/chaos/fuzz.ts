import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { type Ack, type Stream, topicOf } from '@lineside/protocol';
import { Uplink, TUNING } from '@lineside/uplink';
import mqtt, { type MqttClient } from 'mqtt';
import { silentLogger, systemClock } from '@lineside/kit';
import type { Journal } from '../../edge/src/journal/index.ts';
import { dice } from '../support/dice.ts';
import { ordinaryEvents } from '../support/ordinary-events.ts';
import { openTestJournal } from '../support/test-journal.ts';
import { waitFor } from '../support/wait-for.ts';
import { mutatedPayload } from './mutate.ts';
import { clear, NOTHING, type Scenario, type ScenarioOptions, type ScenarioResult, together } from './scenario.ts';
import { World } from './world.ts';

const RECORDS = 400;
const PER_ROUND = 100;

export const fuzz: Scenario = {
  name: 'fuzz',
  what: 'envelopes and acks changed at random: never a crash, never an ack for what is not stored',
  share: 1,
  async run(options) {
    const half = { ...options, seconds: options.seconds / 2 };
    return together(fuzz.name, [await fuzzedEnvelopes(half), await fuzzedAcks(half)]);
  },
};

/** A device that sends anything at all; beside it an ordinary one, whose events must arrive. */
async function fuzzedEnvelopes(options: ScenarioOptions): Promise<Omit<ScenarioResult, 'name'>> {
  const at = join(options.folder, 'envelopes');
  await using world = await World.start({ folder: at, store: 'sqlite', log: options.log });
  await world.startDevice({ seed: options.seed, perSecond: 100 });
  const random = dice(options.seed);
  const journal = journalOf(join(at, 'liar'), 'liar-1', random);
  const acks: Ack[] = [];
  const client = await mqtt.connectAsync(world.broker.url, { protocolVersion: 5, clientId: 'liar' });
  client.on('message', (_topic, payload) => acks.push(JSON.parse(payload.toString()) as Ack));
  await client.subscribeAsync(topicOf('ack', { device: 'liar-1' }), { qos: 1 });
  const text = envelopes(journal);
  let sent = 0;
  const endMs = performance.now() + options.seconds * 1000;
  while (sent === 0 || performance.now() < endMs) {
    const round = Array.from({ length: PER_ROUND }, () => mutatedPayload(text[random(text.length)] ?? '', random));
    await Promise.all(
      round.map((payload) => publish(client, topicOf('up', { device: 'liar-1', stream: 'events' }), payload)),
    );
    sent += round.length;
    await world.look();
  }
  const { seconds } = await world.drain(60_000);
  const falsely = await falseAcks(world, acks);
  await client.endAsync(true);
  journal.close();
  await world.stopDevice();
  const accounts = await world.account();
  setImmediate(() => clear(at));
  return {
    ...NOTHING,
    ...accounts,
    // The records of the first are reported as broken, as they should be: only the ordinary device's records count here.
    findings: [...accounts.findings.filter((finding) => !finding.startsWith('collector:')), ...falsely],
    doubleRows: 0,
    drainSeconds: seconds,
    peakBytes: world.peakBytes,
    peakRssBytes: world.peakRssBytes,
    facts: { 'envelopes changed': sent, 'of which acknowledged in part': acks.length },
  };
}

/** Acks for numbers of the liar's journals that no row and no declaration stands for. */
async function falseAcks(world: World, acks: readonly Ack[]): Promise<string[]> {
  const streams = await world.books.streams();
  return acks.flatMap(({ epoch, stream, upto, sack }) => {
    const row = streams.find((one) => one.device === 'liar-1' && one.epoch === epoch && one.stream === stream);
    const holds = (a: number, b: number): boolean => row?.spans.some(([from, to]) => from <= a && b <= to) ?? false;
    const promised: (readonly [number, number])[] = [...sack, ...(upto > 0 ? [[1, upto] as const] : [])];
    return promised.filter(([a, b]) => !holds(a, b)).map(([a, b]) => `a false ack of ${stream} ${a} to ${b}`);
  });
}

/** A collector whose acks are changed on their way: what the device then counts as delivered must have been stored. */
async function fuzzedAcks(options: ScenarioOptions): Promise<Omit<ScenarioResult, 'name'>> {
  const at = join(options.folder, 'acks');
  await using world = await World.start({ folder: at, store: 'sqlite', log: options.log });
  const random = dice(options.seed + 1);
  const journal = journalOf(join(at, 'device'), 'chaos-1', random);
  const client = await mqtt.connectAsync(world.broker.url, { protocolVersion: 5, clientId: 'forger' });
  const stop = new AbortController();
  const uplink = new Uplink({
    broker: { url: world.broker.url },
    outbox: journal,
    clock: systemClock,
    log: silentLogger,
    random: Math.random,
    tuning: { reconnect: { firstMs: 50, maxMs: 500 }, window: { ...TUNING.window, ackMs: 1_000, maxAckMs: 2_000 } },
  });
  const running = uplink.run(stop.signal);
  const events = ordinaryEvents(options.seed);
  let sent = 0;
  const endMs = performance.now() + options.seconds * 1000;
  while (sent === 0 || performance.now() < endMs) {
    journal.append(events.next().value);
    const { acked, next } = journal.stats().events;
    const proof = acked === 0 ? undefined : journal.read('events', acked, 1, 1e6)?.head;
    if (proof === undefined) {
      await systemClock.sleep(20);
      continue;
    }
    // What a collector would say now, with the hash that shows which history it means; then one thing of it changed.
    const srvTs = Date.now();
    const ack: Ack = { v: 1, epoch: journal.epoch, stream: 'events', upto: acked, sack: [], srvTs, head: proof };
    for (let n = 0; n < 20; n += 1) {
      await publish(client, topicOf('ack', { device: 'chaos-1' }), mutatedPayload(JSON.stringify(ack), random, 1));
      await publish(client, topicOf('cmd', { device: 'chaos-1' }), mutatedPayload(resend(journal.epoch, next), random));
      sent += 2;
    }
  }
  const startedMs = performance.now();
  await waitFor('everything to be confirmed', () => uplink.snapshot().queued === 0, { withinMs: 60_000 });
  const drainSeconds = (performance.now() - startedMs) / 1000;
  const { refused } = uplink.snapshot();
  stop.abort();
  await running;
  await client.endAsync(true);
  journal.close();
  const accounts = await world.account();
  setImmediate(() => clear(at));
  const turnedAway = Object.values(refused).reduce((sum, count) => sum + count, 0);
  return {
    ...NOTHING,
    ...accounts,
    drainSeconds,
    facts: { 'acks changed': sent, 'refused by the device': turnedAway },
  };
}

function resend(epoch: string, next: number): string {
  return JSON.stringify({ v: 1, cmd: 'resend', epoch, stream: 'events', from: 1, to: next - 1 });
}

function journalOf(data: string, device: string, random: (n: number) => number): Journal {
  mkdirSync(data, { recursive: true });
  const journal = openTestJournal(data, { clock: systemClock, device });
  const events = ordinaryEvents(random(1_000));
  for (let n = 0; n < RECORDS; n += 1) journal.append(events.next().value);
  return journal;
}

/** Batches of all sizes as they would be sent. */
function envelopes(journal: Journal): readonly string[] {
  const { next } = journal.stats().events;
  const texts: string[] = [];
  for (let from = 1; from < next; ) {
    const batch = journal.read('events', from, 1 + (from % 37), 1e5);
    if (batch === undefined) break;
    const { to, prev, head, records } = batch;
    const stream: Stream = 'events';
    const envelope = JSON.stringify({ v: 1, dev: journal.device, epoch: journal.epoch, stream, from, to, prev, head });
    texts.push(`${envelope.slice(0, -1)},"ev":[${records.join(',')}]}`);
    from = to + 1;
  }
  return texts;
}

async function publish(client: MqttClient, topic: string, payload: Buffer): Promise<void> {
  await client.publishAsync(topic, payload, { qos: 1 });
}
