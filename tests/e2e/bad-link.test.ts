import { writeFile } from 'node:fs/promises';
import mqtt from 'mqtt';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { topicOf } from '@lineside/protocol';
import { journalPath, openJournalReader, verifyJournal } from '../../edge/src/journal/index.ts';
import { type Appliance, startAppliance, type Status } from '../support/appliance.ts';
import { delivered } from '../support/balance.ts';
import { built } from '../support/built.ts';
import { CollectorProcess } from '../support/collector-process.ts';
import { lampLine } from '../support/lamp-line.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const DEVICE = 'line-1';
const LAMPS = ['left', 'right'];

beforeAll(built);

/** One line through all of it, in order: what it could not send at first, it sends in the end. */
describe('a line whose link is missing piece by piece', () => {
  const resources = new AsyncDisposableStack();
  let dir: TempDir;
  let broker: Mosquitto;
  let collector: CollectorProcess;
  let appliance: Appliance;
  let config: string;
  let data: string;

  beforeAll(async () => {
    dir = resources.use(await tempDir('lineside-link-'));
    broker = resources.use(await startMosquitto());
    await broker.stop();
    collector = resources.use(new CollectorProcess(dir.path, `broker: ${broker.url}\n`));
    const password = dir.join('password');
    await collector.admit(DEVICE, password);
    config = await lampLine({ folder: dir.path, device: DEVICE, lamps: LAMPS, broker: broker.url, password });
    data = dir.join('edge');
    appliance = resources.use(await startAppliance({ config, data }));
  });
  afterAll(() => resources.disposeAsync());

  const written = ({ journal }: Status): number => journal.streams.find(({ stream }) => stream === 'events')?.next ?? 0;
  const acked = ({ journal }: Status): number => journal.streams.reduce((sum, stream) => sum + stream.acked, 0);

  it('inspects and keeps its events while there is no broker, and reports the missing broker', async () => {
    await appliance.inspects(LAMPS);
    const { link } = await appliance.until('events, and why they stay', (status) =>
      written(status) > 4 && status.link.lastError !== undefined ? status : undefined,
    );
    expect(link.state).toMatch(/^(connecting|offline)$/);
    expect(link.lastError).toMatch(/127\.0\.0\.1[\s\S]*Try: .*uplink\.broker/);
    expect(appliance.logged('uplink: problem')[0]).toMatchObject({ code: 'broker_refused' });
    expect(acked(await appliance.status())).toBe(0);
  });

  it('keeps them too while the broker is there and the collector is not, even over its own end', async () => {
    await broker.start();
    await appliance.until('the broker to be found', ({ link }) => link.state === 'waiting');
    const before = written(await appliance.status());
    const after = await appliance.until('more events', (status) => (written(status) > before + 3 ? status : undefined));
    expect(after.link.state).toBe('waiting');
    expect(acked(after)).toBe(0);
    await appliance.stop();
    const verdict = verifyJournal(journalPath(data));
    expect(verdict.findings).toEqual([]);
    expect(verdict.streams.find(({ stream }) => stream === 'events')).toMatchObject({ first: 1 });
  });

  it('delivers all of it once the collector comes, with every picture', async () => {
    await collector.start();
    appliance = resources.use(await startAppliance({ config, data }));
    await appliance.until('the link', ({ link }) => link.state === 'online');
    await appliance.until(
      'everything to be brought over',
      (status) => acked(status) > 20 && status.evidence.notUploaded < 2,
    );
    const balance = await drained();
    const events = await collector.events(DEVICE);
    // The line runs on: an event more may have come since the balance was read.
    expect(events.length).toBeGreaterThanOrEqual(balance.events);
    expect(new Set(events.map(({ event }) => event)).size).toBe(events.length);
    // New events go on appearing: at some moment the snapshots of all are there.
    await waitFor('the snapshots of all events', async () =>
      (await collector.events(DEVICE)).every(({ snapshot }) => snapshot?.stored === true),
    );
  });

  it('takes nothing from messages that nobody should send, and goes on', async () => {
    const epoch = epochOf(data);
    const rogue = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    for (const payload of NONSENSE) {
      for (const topic of [
        topicOf('ack', { device: DEVICE }),
        topicOf('cmd', { device: DEVICE }),
        topicOf('desired', { device: DEVICE }),
        topicOf('collectorState'),
      ]) {
        await rogue.publishAsync(topic, payload, { qos: 1 });
      }
      // The other end is as deaf to it.
      for (const topic of [
        topicOf('up', { device: DEVICE, stream: 'events' }),
        topicOf('state', { device: 'line-9' }),
        topicOf('reported', { device: DEVICE }),
      ]) {
        await rogue.publishAsync(topic, payload, { qos: 1 });
      }
    }
    const ack = { v: 1, epoch, stream: 'events', upto: 999_999, sack: [], srvTs: 0 };
    const resend = { v: 1, cmd: 'resend', epoch, stream: 'events', from: 1, to: 2 ** 40 };
    await rogue.publishAsync(topicOf('ack', { device: DEVICE }), JSON.stringify(ack), { qos: 1 });
    await rogue.publishAsync(topicOf('ack', { device: DEVICE }), JSON.stringify({ ...ack, epoch: 'f'.repeat(16) }), {
      qos: 1,
    });
    await rogue.publishAsync(topicOf('cmd', { device: DEVICE }), JSON.stringify(resend), { qos: 1 });
    await rogue.publishAsync(topicOf('cmd', { device: DEVICE }), JSON.stringify({ ...resend, cmd: 'reboot' }), {
      qos: 1,
    });
    await rogue.endAsync();
    await appliance.until('the refusal to be logged', () => appliance.logged('uplink: problem').length > 0);
    const reported = appliance.logged('uplink: problem').map((line) => line['code']);
    expect(reported).toContain('payload_malformed');
    const before = written(await appliance.status());
    await appliance.inspects(LAMPS);
    await appliance.until('new events at the collector', (status) => written(status) > before + 2 && acked(status) > 0);
    await drained();
    const health = await fetch(`${collector.http}/healthz`);
    expect(health.status, await health.text()).toBe(200);
  });

  it('stops with nothing left over and both hash chains intact', async () => {
    await appliance.stop();
    const balance = await delivered(collector, data);
    expect(balance.events).toBeGreaterThan(5);
    expect(await collector.verify()).toEqual([]);
  });

  /** The line goes on making events: at some moment everything is over. */
  function drained(): ReturnType<typeof delivered> {
    return delivered(collector, data, 30_000);
  }
});

describe('a line that the broker does not let in', () => {
  it('reports it without the password, and continues to inspect', async () => {
    await using dir = await tempDir('lineside-link-');
    await using broker = await startMosquitto({ users: { [DEVICE]: 'the-right-one' } });
    const password = dir.join('password');
    await writeFile(password, 'the-wrong-one');
    const config = await lampLine({ folder: dir.path, device: DEVICE, lamps: ['left'], broker: broker.url, password });
    await using appliance = await startAppliance({ config, data: dir.join('edge') });
    await appliance.until('the refusal', ({ link }) => link.lastError?.includes('uplink.password'));
    expect(appliance.logged('uplink: problem')[0]).toMatchObject({ code: 'credentials_refused' });
    await appliance.inspects(['left']);
    expect(appliance.process.stderr + JSON.stringify(await appliance.status())).not.toContain('the-wrong-one');
    await appliance.stop();
  });
});

describe('a running line whose collector knows more than its journal', () => {
  it('opens its journal anew under another epoch, without an end of the process, and delivers on', async () => {
    await using dir = await tempDir('lineside-link-');
    await using broker = await startMosquitto();
    await using collector = new CollectorProcess(dir.path, `broker: ${broker.url}\n`);
    const password = dir.join('password');
    await collector.admit(DEVICE, password);
    await collector.start();
    const data = dir.join('edge');
    const config = await lampLine({ folder: dir.path, device: DEVICE, lamps: LAMPS, broker: broker.url, password });
    await using appliance = await startAppliance({ config, data });
    await appliance.inspects(LAMPS);
    await appliance.until('events at the collector', ({ journal }) =>
      journal.streams.some(({ stream, acked }) => stream === 'events' && acked > 4),
    );
    const before = epochOf(data);
    const rogue = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
    // The ack that a rolled-back journal receives: twice, because one ack may be damaged on the way.
    const ack = { v: 1, epoch: before, stream: 'events', upto: 999_999, sack: [], srvTs: Date.now() };
    for (const upto of [999_999, 999_998]) {
      await rogue.publishAsync(topicOf('ack', { device: DEVICE }), JSON.stringify({ ...ack, upto }), { qos: 1 });
    }
    await rogue.endAsync();
    await appliance.until('another epoch', () => epochOf(data) !== before);
    const { pid } = appliance.process;
    await appliance.inspects(LAMPS);
    const { health } = await appliance.until('the word of it', (status) =>
      status.health.warnings.some(({ code }) => code === 'journal_quarantined') ? status : undefined,
    );
    expect(health.ok).toBe(true);
    expect(appliance.process).toMatchObject({ pid, exit: undefined });
    // The line goes on making events: at some moment all of them are over.
    await delivered(collector, data, 30_000);
    await appliance.stop();
    expect(await collector.verify()).toEqual([]);
    const streams = (await collector.device(DEVICE))?.streams ?? [];
    expect(new Set(streams.map(({ epoch }) => epoch))).toEqual(new Set([before, epochOf(data)]));
    // Nothing that arrived twice was stored twice.
    const events = await collector.events(DEVICE);
    expect(new Set(events.map(({ event }) => event)).size).toBe(events.length);
  });
});

function epochOf(data: string): string {
  const reader = openJournalReader(journalPath(data));
  try {
    return reader.epoch;
  } finally {
    reader.close();
  }
}

const NONSENSE: readonly Buffer[] = [
  '',
  'nonsense',
  '{',
  '[]',
  'null',
  '"text"',
  '{"v":1}',
  '{"v":2,"online":true,"session":"x","t":0}',
  '{"v":1,"epoch":"zz","stream":"events","upto":-5,"sack":[[9,1]],"srvTs":0}',
  '{"v":1,"cmd":"resend","epoch":"0000000000000000","stream":"events","from":5,"to":1}',
  `{"a":${'['.repeat(2000)}${']'.repeat(2000)}}`,
  `{"v":1,"__proto__":{"online":true},"constructor":{"prototype":{}}}`,
]
  .map((text) => Buffer.from(text))
  .concat([
    Buffer.from([0x28, 0xb5, 0x2f, 0xfd, 0xff, 0xff]),
    Buffer.from([0x1f, 0x8b, 8, 0]),
    Buffer.alloc(600_000, 0x41),
  ]);
