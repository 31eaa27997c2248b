import { setTimeout as sleep } from 'node:timers/promises';
import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  canonicalJson,
  type DesiredStatus,
  outgoing,
  Reported,
  type SeqRange,
  topicOf,
} from '../../cloud-sync/protocol/src/index.ts';
import { type DesiredHandler, type Outbox, type Tuning, TUNING, Uplink } from '../../cloud-sync/uplink/src/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import type { Journal } from '../../edge/src/journal/index.ts';
import { FakeCollector } from '../support/fake-collector.ts';
import { type Mosquitto, type MosquittoOptions, startMosquitto } from '../support/mosquitto.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { openTestJournal, sampleBody } from '../support/test-journal.ts';
import { waitFor } from '../support/wait-for.ts';

const QUICK: Tuning = {
  ...TUNING,
  window: { batches: 8, records: 10, bytes: 64 * 1024, ackMs: 300, maxAckMs: 1_000 },
  reconnect: { firstMs: 50, maxMs: 200 },
  stableMs: 1_000,
  conflict: { firstMs: 1_500, maxMs: 3_000 },
  connectMs: 2_000,
};

let folder: TempDir;
let journal: Journal;
const endings: (() => Promise<void>)[] = [];
beforeEach(async () => {
  folder = await tempDir();
  journal = openTestJournal(folder.path, { clock: systemClock });
});
afterEach(async () => {
  for (const end of endings.splice(0).toReversed()) await end();
  journal.close();
  await folder[Symbol.asyncDispose]();
});

const broker = async (options: MosquittoOptions = {}): Promise<Mosquitto> => {
  const started = await startMosquitto(options);
  endings.push(() => started[Symbol.asyncDispose]());
  return started;
};
const collector = async (url: string): Promise<FakeCollector> => {
  const started = new FakeCollector(url);
  endings.push(() => started[Symbol.asyncDispose]());
  await started.start();
  return started;
};
interface StartOptions {
  readonly outbox?: Outbox;
  readonly username?: string;
  readonly password?: string;
  readonly connectMs?: number;
  readonly keepaliveS?: number;
  readonly maxBytesPerS?: number;
  readonly publicKey?: string;
  readonly desired?: DesiredHandler;
  readonly tuning?: Partial<Tuning>;
}
const start = (url: string, options: StartOptions = {}): Uplink => {
  const { outbox = journal, connectMs = QUICK.connectMs, keepaliveS = QUICK.keepaliveS, ...rest } = options;
  const { maxBytesPerS, publicKey, desired, tuning, ...user } = rest;
  const uplink = new Uplink({
    broker: { url, ...user },
    ...(maxBytesPerS === undefined ? {} : { maxBytesPerS }),
    ...(publicKey === undefined ? {} : { publicKey }),
    ...(desired === undefined ? {} : { desired }),
    outbox,
    clock: systemClock,
    log: silentLogger,
    random: Math.random,
    tuning: { ...QUICK, connectMs, keepaliveS, ...tuning },
  });
  const stop = new AbortController();
  const running = uplink.run(stop.signal);
  endings.push(async () => {
    stop.abort();
    await running;
  });
  return uplink;
};
const write = (count: number, stream: 'events' | 'telemetry' | 'audit' = 'events', into = journal): void => {
  const entry = (n: number) => ({ stream, kind: 'event', body: sampleBody(n) });
  into.append(Array.from({ length: count }, (_, n) => entry(n)));
};
const upTo = (count: number): readonly number[] => Array.from({ length: count }, (_, n) => n + 1);
const drained = (): Promise<unknown> =>
  waitFor('the journal to be confirmed', () => journal.stats().events.queued === 0);

test('records written before and during the connection are stored by the collector, byte for byte and in chain', async () => {
  write(35);
  const { url } = await broker();
  const cloud = await collector(url);
  const uplink = start(url);
  await drained();
  write(7);
  await drained();
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(42));
  const stored = [...(cloud.stored.get(`line-1/${journal.epoch}/events`)?.values() ?? [])];
  const batch = journal.read('events', 1, 100, 1e7)!;
  expect(stored).toEqual(batch.records);
  expect(cloud.broken).toBe(0);
  expect(uplink.snapshot()).toMatchObject({ link: 'online', queued: 0, acked: 42, inFlight: 0, connects: 1 });
  expect(cloud.states.at(-1)).toMatchObject({ device: 'line-1', online: true });
});

test('the queue is reported to the cloud, by stream, even while no collector takes it', async () => {
  const { url } = await broker();
  write(5);
  write(2, 'audit');
  const watcher = await mqtt.connectAsync(url);
  endings.push(() => watcher.endAsync(true));
  const documents: Reported[] = [];
  watcher.on('message', (_topic, payload) => documents.push(Reported.parse(JSON.parse(payload.toString()))));
  await watcher.subscribeAsync(topicOf('reported', { device: 'line-1' }), { qos: 1 });
  start(url, { tuning: { reportMs: 100 } });
  await waitFor('the first document', () => documents.length > 0);
  const { oldestQueuedWallMs: oldest } = journal.stats().events;
  expect(documents[0]?.queue).toMatchObject({ events: { queued: 5, declaredLost: 0, oldest }, audit: { queued: 2 } });
  expect(documents[0]).not.toHaveProperty('emptyInS');
  await collector(url);
  await drained();
  await waitFor('an empty queue', () => documents.at(-1)?.queue.events?.queued === 0);
  // A document that has not changed is not published again.
  const count = documents.length;
  await sleep(500);
  expect(documents.length).toBe(count);
  // Retained: a client that comes later gets it, too.
  const late = await mqtt.connectAsync(url);
  endings.push(() => late.endAsync(true));
  const heard = new Promise<Reported>((resolve) => {
    late.on('message', (_topic, payload) => resolve(Reported.parse(JSON.parse(payload.toString()))));
  });
  await late.subscribeAsync(topicOf('reported', { device: 'line-1' }), { qos: 1 });
  expect(await heard).toEqual(documents.at(-1));
});

test('a desired document is reported as not applied, once per revision, and an older revision is refused', async () => {
  const { url } = await broker();
  const desired = (revision: number): Buffer =>
    outgoing('desired', { device: 'line-1' }, { v: 1, revision, t: 0 }).payload;
  const watcher = await mqtt.connectAsync(url);
  endings.push(() => watcher.endAsync(true));
  const documents: Reported[] = [];
  watcher.on('message', (_topic, payload) => documents.push(Reported.parse(JSON.parse(payload.toString()))));
  await watcher.subscribeAsync(topicOf('reported', { device: 'line-1' }), { qos: 1 });
  const topic = topicOf('desired', { device: 'line-1' });
  await watcher.publishAsync(topic, desired(4), { qos: 1, retain: true });
  const uplink = start(url);
  const reason = 'updates are not available in this version';
  const status = (revision: number): object => ({ revision, state: 'not_applied', reason });
  await waitFor('revision 4', () => documents.at(-1)?.desired?.revision === 4);
  expect(documents.at(-1)?.desired).toEqual(status(4));
  await watcher.publishAsync(topic, desired(3), { qos: 1 });
  await watcher.publishAsync(topic, '{"v":1,"revision":"5"}', { qos: 1 });
  await waitFor('both to be refused', () => {
    const { stale, malformed } = uplink.snapshot().refused;
    return stale === 1 && malformed === 1;
  });
  expect(uplink.snapshot().desired).toEqual(status(4));
  await watcher.publishAsync(topic, desired(6), { qos: 1, retain: true });
  await waitFor('revision 6', () => documents.at(-1)?.desired?.revision === 6);
});

test('an uplink with a handler of desired documents passes them on and reports its status', async () => {
  const { url } = await broker();
  const received: number[] = [];
  let status: DesiredStatus | undefined;
  start(url, {
    desired: {
      receive: ({ revision }) => {
        received.push(revision);
        status = { revision, state: 'applied' };
      },
      status: () => status,
    },
  });
  const cloud = await mqtt.connectAsync(url);
  endings.push(() => cloud.endAsync(true));
  const reported = new Promise<Reported>((resolve) => {
    cloud.on('message', (_topic, payload) => {
      const document = Reported.parse(JSON.parse(payload.toString()));
      if (document.desired !== undefined) resolve(document);
    });
  });
  await cloud.subscribeAsync(topicOf('reported', { device: 'line-1' }), { qos: 1 });
  const { topic, payload } = outgoing('desired', { device: 'line-1' }, { v: 1, revision: 2, t: 0 });
  await cloud.publishAsync(topic, payload, { qos: 1, retain: true });
  expect((await reported).desired).toEqual({ revision: 2, state: 'applied' });
  expect(received).toEqual([2]);
});

test('nothing is sent, and nothing confirmed, while no collector is online', async () => {
  const { url } = await broker();
  write(5);
  const uplink = start(url);
  await waitFor('the broker', () => uplink.snapshot().link === 'broker');
  expect(uplink.snapshot()).toMatchObject({ queued: 5, inFlight: 0 });
  const cloud = await collector(url);
  await drained();
  await cloud.die();
  await waitFor('the collector to be missed', () => uplink.snapshot().link === 'broker');
  write(5);
  expect(journal.stats().events).toMatchObject({ acked: 5, queued: 5 });
  await cloud.start();
  await drained();
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(10));
});

test('without an ack nothing is marked as delivered, and the same records are sent again until one comes', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  cloud.faults.loseAck = () => true;
  write(25);
  const uplink = start(url);
  await waitFor('the batches to come twice', () => cloud.duplicates >= 25);
  expect(journal.stats().events).toMatchObject({ acked: 0, queued: 25 });
  expect(uplink.snapshot().lastError?.code).toBe('collector_silent');
  cloud.faults.loseAck = () => false;
  await drained();
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(25));
  expect(uplink.snapshot().resent).toBeGreaterThan(0);
});

test('a collector that loses batches and acks at random gets everything in the end', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  let n = 0;
  const oneIn = (k: number) => (): boolean => (n += 7) % k < 7;
  cloud.faults = { loseBatch: oneIn(20), loseAck: oneIn(30) };
  start(url);
  for (let round = 0; round < 20; round += 1) write(25);
  await drained();
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(500));
  expect(cloud.broken).toBe(0);
});

test('a broker that is absent at start, then killed and started again, costs nothing', async () => {
  const mosquitto = await broker();
  await mosquitto.kill();
  write(20);
  const uplink = start(mosquitto.url);
  await waitFor('the problem', () => uplink.snapshot().lastError?.code === 'broker_refused');
  expect(uplink.snapshot().link).toBe('down');
  await mosquitto.start();
  const cloud = await collector(mosquitto.url);
  for (let round = 1; round <= 3; round += 1) {
    write(50);
    await waitFor('some to be confirmed', () => journal.stats().events.acked > 0);
    write(50);
    await mosquitto.kill();
    write(10);
    await mosquitto.start();
  }
  await drained();
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(350));
  expect(uplink.snapshot()).toMatchObject({ link: 'online', queued: 0 });
});

test('acks that are malformed, of another journal or beyond what was written confirm nothing, and are counted', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  cloud.faults.loseAck = () => true;
  write(5);
  const uplink = start(url);
  await waitFor('the batch', () => cloud.batches.length > 0);
  const ack = { v: 1, epoch: journal.epoch, stream: 'events', upto: 5, sack: [], srvTs: 1 };
  const down = topicOf('ack', { device: 'line-1' });
  await cloud.send(down, 'not json');
  await cloud.send(down, { ...ack, upto: -1 });
  await cloud.send(down, { ...ack, sack: [[9, 2]] });
  await cloud.send(down, { ...ack, upto: 6 });
  await cloud.send(down, { ...ack, epoch: '0123456789abcdef' });
  await cloud.send('lineside/v1/line-1/down/whatever', ack);
  await waitFor('all six to be counted', () => {
    const { refused } = uplink.snapshot();
    return refused.malformed === 3 && refused.beyond === 1 && refused.wrong_epoch === 1 && refused.unknown_topic === 1;
  });
  expect(journal.stats().events).toMatchObject({ acked: 0, queued: 5 });
  const proved = { ...ack, head: cloud.hashAfter('line-1', journal.epoch, 'events', 5) };
  await cloud.send(down, proved);
  await drained();
  await cloud.send(down, { ...proved, upto: 3, head: cloud.hashAfter('line-1', journal.epoch, 'events', 3) });
  await cloud.send(down, proved);
  write(1);
  cloud.faults.loseAck = () => false;
  await drained();
  expect(journal.stats().events.acked).toBe(6);
});

test('an ack without the chain hash confirms nothing, whatever it names: anybody between the two could have made it', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  cloud.faults.loseAck = () => true;
  write(5);
  const uplink = start(url);
  await waitFor('the batch', () => cloud.batches.length > 0);
  const ack = { v: 1, epoch: journal.epoch, stream: 'events', srvTs: 1 };
  const down = topicOf('ack', { device: 'line-1' });
  await cloud.send(down, { ...ack, upto: 5, sack: [] });
  await cloud.send(down, { ...ack, upto: 0, sack: [[1, 5]] });
  await waitFor('both to be counted', () => uplink.snapshot().refused.unproved === 2 || undefined);
  expect(journal.stats().events).toMatchObject({ acked: 0, queued: 5 });
  cloud.faults.loseAck = () => false;
  await drained();
});

test('a record larger than the broker takes is held back and reported, and everything else is delivered', async () => {
  const noise = Array.from({ length: 1_000 }, () => Math.random().toString(36).slice(2)).join('');
  write(12);
  journal.append([{ stream: 'events', kind: 'event', body: { ...sampleBody(99), noise } }]);
  write(30);
  write(5, 'telemetry');
  const { url } = await broker({ config: ['max_packet_size 3000'] });
  const cloud = await collector(url);
  const uplink = start(url);
  await waitFor('all others', () => uplink.snapshot().queued === 1);
  expect(cloud.numbers('line-1', 'events')).toEqual([...upTo(12), ...upTo(30).map((n) => n + 13)]);
  for (const payload of cloud.payloads) expect(payload.length).toBeLessThan(3_000);
  write(3);
  await waitFor('the newest records', () => uplink.snapshot().queued === 1);
  // Longer than the time after which records that rest are sent again.
  await sleep(3 * QUICK.window.ackMs);
  expect(uplink.snapshot()).toMatchObject({
    link: 'online',
    connects: 1,
    inFlight: 0,
    resent: 0,
    lastError: { code: 'broker_packet_limit', message: expect.stringMatching(/^record 13 of events needs? \d+ bytes/) },
  });
  await endings.pop()?.();
  const generous = await broker();
  await collector(generous.url);
  start(generous.url);
  await drained();
});

test('an older ack that arrives after a newer one takes nothing back', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  cloud.faults.loseAck = () => true;
  write(30);
  const uplink = start(url, { tuning: { window: { ...QUICK.window, ackMs: 20_000, maxAckMs: 20_000 } } });
  await waitFor('all batches', () => cloud.batches.length === 3);
  const common = { v: 1, epoch: journal.epoch, stream: 'events', srvTs: Date.now() };
  const ackOf = (upto: number, sack: readonly SeqRange[] = []) => {
    return { ...common, upto, sack, head: cloud.hashAfter('line-1', journal.epoch, 'events', upto) };
  };
  const down = topicOf('ack', { device: 'line-1' });
  // Two collectors over one database: the second to commit may be the first to be heard.
  await Promise.all([cloud.send(down, ackOf(20, [[25, 30]])), cloud.send(down, ackOf(10))]);
  await waitFor('the acks to be noted', () => journal.stats().events.acked > 10);
  expect(journal.stats().events).toMatchObject({ acked: 20, queued: 4 });
  await cloud.send(down, ackOf(10, [[12, 14]]));
  await cloud.send(down, ackOf(24));
  await drained();
  expect(uplink.snapshot()).toMatchObject({ resent: 0, inFlight: 0, queued: 0 });
});

test('records that are queued and neither in flight nor next are sent again', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  let forgotten = 0;
  const outbox: Outbox = {
    device: journal.device,
    epoch: journal.epoch,
    boot: journal.boot,
    stats: () => journal.stats(),
    read: (stream, from, limit, maxBytes) => journal.read(stream, from, limit, maxBytes),
    tombstones: (stream, from, to) => journal.tombstones(stream, from, to),
    onAppend: (listener) => journal.onAppend(listener),
    // An outbox that breaks its contract: it reports an ack as noted and does not note it.
    ack: (stream, upto, sack) => {
      if (forgotten > 0) return journal.ack(stream, upto, sack);
      forgotten += 1;
      return 'ok';
    },
    saveAcks: () => journal.saveAcks(),
  };
  write(5);
  const uplink = start(url, { outbox });
  await drained();
  expect(forgotten).toBe(1);
  expect(cloud.duplicates).toBe(5);
  expect(uplink.snapshot().connects).toBe(1);
});

test('a broker that accepts a connection and does not answer is reported as silent, and does not delay a stop', async () => {
  const mosquitto = await broker();
  mosquitto.freeze();
  const uplink = start(mosquitto.url, { connectMs: 300 });
  await waitFor('the problem', () => uplink.snapshot().lastError?.code === 'broker_silent');
  const other = start(mosquitto.url, { connectMs: 60_000 });
  await waitFor('the attempt', () => other.snapshot().link === 'down');
  const before = performance.now();
  await endings.pop()?.();
  expect(performance.now() - before).toBeLessThan(5_000);
  mosquitto.thaw();
});

test('a broker that freezes is left, and what was in flight is sent again', async () => {
  const mosquitto = await broker();
  const cloud = await collector(mosquitto.url);
  const uplink = start(mosquitto.url, { keepaliveS: 1 });
  write(5);
  await drained();
  mosquitto.freeze();
  write(30);
  await waitFor('the link to be given up', () => uplink.snapshot().link === 'down');
  expect(journal.stats().events.queued).toBe(30);
  mosquitto.thaw();
  await drained();
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(35));
});

test('a wrong password is reported as such, and the uplink keeps trying', async () => {
  const { url } = await broker({ users: { 'line-1': 'right' } });
  write(1);
  const uplink = start(url, { username: 'line-1', password: 'wrong' });
  await waitFor('the refusal', () => uplink.snapshot().lastError?.code === 'credentials_refused');
  expect(uplink.snapshot()).toMatchObject({ link: 'down', queued: 1 });
});

test('a broker that forbids the topics is reported as such', async () => {
  const acl = 'user line-1\ntopic read lineside/v1/#\n';
  const { url } = await broker({ users: { 'line-1': 'right' }, acl });
  const uplink = start(url, { username: 'line-1', password: 'right' });
  await waitFor('the refusal', () => uplink.snapshot().lastError?.code === 'not_authorised');
});

test('numbers that the collector requests are sent again, and those no longer held are answered by their tombstone', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  write(30);
  start(url);
  await drained();
  const before = cloud.batches.length;
  const command = { v: 1, cmd: 'resend', epoch: journal.epoch, stream: 'events' };
  await cloud.send(topicOf('cmd', { device: 'line-1' }), { ...command, from: 3, to: 14 });
  await waitFor('numbers 3 to 14 again', () => cloud.duplicates === 12);
  expect(cloud.batches.slice(before).map(({ from, to }) => [from, to])).toEqual([
    [3, 12],
    [13, 14],
  ]);

  journal.prune(-1e12);
  await cloud.send(topicOf('cmd', { device: 'line-1' }), { ...command, from: 3, to: 14 });
  const key = `line-1/${journal.epoch}/events`;
  await waitFor('the tombstone', () => cloud.declared.get(key)?.some(([from]) => from === 3));
  expect(canonicalJson(cloud.batches.at(-1)?.ev[0]?.b)).toContain('delivered_and_pruned');
});

test('audit goes before telemetry when there is much of both, and the oldest backlog is not starved', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  write(200, 'telemetry');
  write(200, 'audit');
  const uplink = start(url);
  await waitFor('all to be confirmed', () => uplink.snapshot().acked === 400);
  // The newest of the audit stream first, then one batch in eight for what has waited longest.
  // A batch whose ack comes late is sent again.
  const isNew = (batch: (typeof cloud.batches)[number], n: number): boolean =>
    cloud.batches.findIndex(({ stream, from }) => stream === batch.stream && from === batch.from) === n;
  const first = cloud.batches
    .filter(isNew)
    .slice(0, 9)
    .map((batch) => batch.stream);
  expect(first.filter((stream) => stream === 'audit')).toHaveLength(8);
  expect(first).toContain('telemetry');
});

test('two devices with one identity report it, do not take turns at full speed, and lose nothing', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  await using other = await tempDir();
  const twin = openTestJournal(other.path, { clock: systemClock });
  endings.push(async () => twin.close());
  write(5);
  write(5, 'events', twin);
  const one = start(url);
  await drained();
  const two = start(url, { outbox: twin });
  await waitFor('the first to be thrown out', () => one.snapshot().identityConflicts > 0);
  expect(one.snapshot().lastError?.code).toBe('identity_conflict');
  await waitFor('the second to be thrown out', () => two.snapshot().identityConflicts > 0);
  const connects = (): number => one.snapshot().connects + two.snapshot().connects;
  const before = connects();
  // Shorter than the first wait after a conflict: at full speed there would be dozens.
  await sleep(700);
  expect(connects() - before).toBeLessThanOrEqual(2);
  write(5);
  write(5, 'events', twin);
  await waitFor('both to be confirmed', () => journal.stats().events.queued + twin.stats().events.queued === 0);
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(10).flatMap((n) => [n, n]));
});

test('a device that stops in good order publishes that it is offline', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  start(url);
  await waitFor('the birth', () => cloud.states.at(-1)?.online === true);
  await endings.pop()?.();
  await waitFor('the goodbye', () => cloud.states.at(-1)?.online === false);
  expect(cloud.states.at(-1)?.session).toBe(cloud.states.at(-2)?.session);
});

const ZSTD_MAGIC = 0x28b52ffd;

test.each([
  { form: 'zstd2', accepts: ['zstd1', 'something-newer', 'zstd2'], magicAt: 1 },
  { form: 'zstd1', accepts: ['something-newer', 'zstd1'], magicAt: 0 },
])(
  'batches are sent as $form to a collector that announces $accepts, and as gzip to one that announces nothing',
  async ({ accepts, magicAt }) => {
    const isZstd = (payload: Buffer): boolean => payload.readUInt32BE(magicAt) === ZSTD_MAGIC;
    const { url } = await broker();
    const cloud = new FakeCollector(url);
    endings.push(() => cloud[Symbol.asyncDispose]());
    cloud.accepts = accepts;
    await cloud.start();
    write(20);
    start(url);
    await drained();
    expect(cloud.payloads.every(isZstd)).toBe(true);
    const short = cloud.payloads.length;
    await cloud.die();
    cloud.accepts = undefined;
    await cloud.start();
    write(20);
    await drained();
    expect(cloud.payloads.slice(short).some(isZstd)).toBe(false);
    expect(cloud.numbers('line-1', 'events')).toEqual(upTo(40));
    expect(cloud.broken).toBe(0);
  },
);

test('a new event is stored long before the backlog that was written before it', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  write(3_000);
  let slow = 0;
  // As a thin link: one batch in three is not answered.
  cloud.faults.loseAck = () => (slow += 1) % 3 === 0;
  start(url);
  await waitFor('the backlog to begin to drain', () => cloud.numbers('line-1', 'events').length > 50);
  write(1);
  await waitFor('the new one', () => cloud.numbers('line-1', 'events').includes(3_001));
  expect(cloud.numbers('line-1', 'events').length).toBeLessThan(2_500);
  cloud.faults.loseAck = () => false;
  await waitFor('all the rest', () => cloud.numbers('line-1', 'events').length === 3_001, { withinMs: 60_000 });
  await drained();
});

test('the bandwidth limit is kept', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  write(600);
  const startedMs = performance.now();
  start(url, { maxBytesPerS: 20_000 });
  await drained();
  const seconds = (performance.now() - startedMs) / 1000;
  const bytes = cloud.payloads.reduce((sum, payload) => sum + payload.length, 0);
  // A quarter of a second is saved up at the start, and the last message may go into debt.
  const largest = Math.max(...cloud.payloads.map((payload) => payload.length));
  expect(bytes - 5_000 - largest).toBeLessThanOrEqual(20_000 * seconds);
  expect(bytes).toBeGreaterThan(10_000);
});

test('the uplink connects again when nothing is confirmed for long', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  cloud.faults.loseAck = () => true;
  write(5);
  const uplink = start(url, { tuning: { silenceMs: 400 } });
  await waitFor('another connection', () => uplink.snapshot().connects > 1);
  cloud.faults.loseAck = () => false;
  await drained();
  expect(cloud.numbers('line-1', 'events')).toEqual(upTo(5));
});

test('a collector that confirms numbers that were never written makes the journal begin a new epoch', async () => {
  const { url } = await broker();
  const cloud = await collector(url);
  write(3);
  let asked = 0;
  journal.onReopen(() => {
    asked += 1;
  });
  const uplink = start(url);
  await drained();
  const ack = { v: 1, epoch: journal.epoch, stream: 'events', upto: 99, sack: [], srvTs: Date.now() };
  await cloud.send(topicOf('ack', { device: 'line-1' }), ack);
  await waitFor('the refusal', () => uplink.snapshot().refused.beyond === 1);
  // One may have been spoiled on its way.
  expect(asked).toBe(0);
  await cloud.send(topicOf('ack', { device: 'line-1' }), ack);
  await waitFor('the second refusal', () => uplink.snapshot().refused.beyond === 2);
  expect(asked).toBe(1);
  expect(journal.stats().events.acked).toBe(3);
  for (const end of endings.splice(2)) await end();
  journal.close();
  const before = journal.epoch;
  journal = openTestJournal(folder.path, { clock: systemClock });
  expect(journal.epoch).not.toBe(before);
});
