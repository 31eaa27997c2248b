import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { gzipSync } from 'node:zlib';
import mqtt from 'mqtt';
import { CollectorState, decode, encode, type Reported, topicOf } from '@lineside/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CollectorDevice } from '../../../../tests/support/collector-device.ts';
import {
  addDevice,
  brokerFile,
  collectorCommand,
  collectorYaml,
  startCollector,
  type RunningCollector,
} from '../../../../tests/support/collector.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { isAlive } from '../../../../tests/support/processes.ts';
import { startMosquitto } from '../../../../tests/support/mosquitto.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';

const NOT_AUTHORISED = 0x87;

let dir: TempDir;
let data: string;
let config: string;
let collector: RunningCollector;
let password: string;

beforeAll(async () => {
  dir = await tempDir('collector-');
  data = dir.join('data');
  config = dir.join('collector.yaml');
  writeFileSync(config, collectorYaml('http: {listen: "127.0.0.1:0"}\n'));
  password = await addDevice(data, 'line-1');
  collector = await startCollector(config, data);
});

afterAll(async () => {
  await collector.stop();
  await dir[Symbol.asyncDispose]();
});

interface ApiDevice {
  readonly device: string;
  readonly link: string;
  readonly identityConflict: boolean;
  readonly reported: unknown;
  readonly streams: readonly { readonly epoch: string; readonly stored: number; readonly upto: number }[];
}

async function api<T>(path: string): Promise<T> {
  const response = await fetch(`${collector.at.http}${path}`);
  return (await response.json()) as T;
}

async function deviceRow(id: string): Promise<ApiDevice | undefined> {
  const { items } = await api<{ items: ApiDevice[] }>('/api/v1/devices');
  return items.find(({ device }) => device === id);
}

describe('a collector with its own Mosquitto', () => {
  it('announces that it is online and where pictures are uploaded, and acknowledges what it committed', async () => {
    const device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    const state = Promise.withResolvers<CollectorState>();
    device.client.on('message', (topic, payload) => {
      if (topic === topicOf('collectorState')) state.resolve(decode(CollectorState, payload));
    });
    await device.client.subscribeAsync(topicOf('collectorState'), { qos: 1 });
    expect(await state.promise).toMatchObject({ online: true, mediaUrl: `${collector.at.http}/media` });
    await device.birth();
    const journal = new JournalTwin('line-1').appendEvents(4);
    await device.send(journal.batch(1, 2));
    await device.send(journal.batch(4, 4));
    await device.acked(({ upto, sack }) => upto === 2 && sack.length === 1 && sack[0]?.[0] === 4);
    expect(await waitFor('a request for number 3', () => device.resends.find(({ from }) => from === 3))).toMatchObject({
      stream: 'events',
      to: 3,
    });
    await device.send(journal.batch(3, 3));
    await device.acked(({ upto, sack }) => upto === 4 && sack.length === 0);
    const { items } = await api<{ items: unknown[] }>('/api/v1/events?device=line-1');
    expect(items).toHaveLength(4);
    const count = async (query: string): Promise<number> =>
      (await api<{ items: unknown[] }>(`/api/v1/events?device=line-1&${query}`)).items.length;
    const soonMs = Date.now() + 3_600_000;
    expect([await count('severity=critical'), await count('severity=warning')].toSorted()).toEqual([0, 4]);
    expect([await count(`sinceMs=${soonMs}`), await count('sinceMs=1')]).toEqual([0, 4]);
    expect([await count(`untilMs=${soonMs}`), await count('untilMs=1')]).toEqual([4, 0]);
    const gaps = await waitFor('the gap to close', async () => {
      const list = await api<{ items: { state: string; stream: string }[] }>('/api/v1/gaps?state=closed');
      return list.items.length > 0 && list.items;
    });
    expect(gaps).toMatchObject([{ state: 'closed', stream: 'events', first: 3, last: 3 }]);
    await device.close();
  });

  it('lets a device write only its own topics, and read only its own', async () => {
    const other = await addDevice(data, 'line-2');
    const device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    const second = await waitFor('line-2 to be let in', async () =>
      CollectorDevice.connect('line-2', collector.at.mqtt, other),
    );
    const journal = new JournalTwin('line-2').appendEvents(1);
    const payload = encode(journal.batch());
    const ack = encode({ v: 1, epoch: journal.epoch, stream: 'events', upto: 99, sack: [], srvTs: 0 });
    expect(await device.publish(topicOf('up', { device: 'line-2', stream: 'events' }), payload)).toBe(NOT_AUTHORISED);
    expect(await device.publish(topicOf('state', { device: 'line-2' }), payload)).toBe(NOT_AUTHORISED);
    expect(await device.publish(topicOf('reported', { device: 'line-2' }), payload)).toBe(NOT_AUTHORISED);
    expect(await device.publish(topicOf('ack', { device: 'line-1' }), ack)).toBe(NOT_AUTHORISED);
    expect(await device.publish(topicOf('ack', { device: 'line-2' }), ack)).toBe(NOT_AUTHORISED);
    expect(await device.publish(topicOf('collectorState'), ack)).toBe(NOT_AUTHORISED);
    expect(await device.publish(topicOf('reported', { device: 'line-1' }), encode({ config: 'r1' }))).toBe(0);
    const heard: string[] = [];
    device.client.on('message', (topic) => heard.push(topic));
    await device.client.subscribeAsync(['lineside/v1/+/down/#', 'lineside/v1/+/up/#', '#'], { qos: 1 });
    await second.send(journal.batch());
    await second.acked(({ upto }) => upto === 1);
    await device.send(new JournalTwin('line-1').appendEvents(1).batch());
    await device.acked(({ upto }) => upto === 1);
    expect(heard.filter((topic) => topic.includes('line-2'))).toEqual([]);
    await Promise.all([device.close(), second.close()]);
  });

  it('refuses connections without a credential, and devices under the name of the collector', async () => {
    for (const [username, secret] of [
      ['line-1', 'wrong'],
      ['collector', password],
      [undefined, undefined],
    ]) {
      const client = mqtt.connect(collector.at.mqtt, {
        protocolVersion: 5,
        reconnectPeriod: 0,
        ...(username !== undefined && { username }),
        ...(secret !== undefined && { password: secret }),
      });
      const answer = await new Promise((resolve) => {
        client.on('connect', resolve);
        client.on('error', resolve);
      });
      expect(answer).toMatchObject({ code: NOT_AUTHORISED });
      await client.endAsync(true);
    }
  });

  it('survives payloads that are no batches, counts them, and continues', async () => {
    const device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    const journal = new JournalTwin('line-1').appendEvents(1);
    const up = topicOf('up', { device: 'line-1', stream: 'events' });
    const hostile = [
      Buffer.from('garbage'),
      Buffer.alloc(0),
      Buffer.from([0x1f, 0x8b, 0xff]),
      gzipSync(Buffer.alloc(100_000_000)),
      Buffer.from(`${'['.repeat(90_000)}${']'.repeat(90_000)}`),
      encode({ ...journal.batch(), dev: 'line-2' }),
      encode({ ...journal.batch(), v: 2 }),
      encode({ ...journal.batch(), from: -1 }),
    ];
    for (const payload of hostile) expect(await device.publish(up, payload)).toBe(0);
    expect(await device.publish('lineside/v1/line-1/up/nothing', encode({}))).toBe(0);
    await device.client.publishAsync(topicOf('state', { device: 'line-1' }), Buffer.from('{"online":true}'), {
      qos: 1,
    });
    await device.client.publishAsync(topicOf('reported', { device: 'line-1' }), Buffer.alloc(100_000, 97), { qos: 1 });
    await device.send(journal.batch());
    await device.acked(({ epoch, upto }) => epoch === journal.epoch && upto === 1);
    const { process: counted } = await api<{ process: { malformed: Record<string, number> } }>('/api/v1/stats');
    expect(counted.malformed).toMatchObject({ not_json: 3, too_big: 2, too_deep: 1, device_mismatch: 1, topic: 1 });
    // Three here, and the reported document of another test above.
    expect(counted.malformed['schema']).toBe(4);
    await device.close();
  });

  it('stores a reported document only when it fits its schema, and without the fields that it does not know', async () => {
    const device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    await device.birth();
    const topic = topicOf('reported', { device: 'line-1' });
    const reported: Reported = {
      v: 1,
      t: 5,
      queue: { events: { queued: 7, declaredLost: 0 } },
      pictures: 2,
      drainPerS: 0,
    };
    await device.publish(topic, encode({ ...reported, queue: { events: { queued: 'many' } } }));
    await device.publish(
      topic,
      encode({ ...reported, pictures: 3, queue: { ...reported.queue, ghosts: {} }, mood: 'good' }),
    );
    const stored = async (): Promise<unknown> => (await deviceRow('line-1'))?.reported;
    expect(await waitFor('the document', stored)).toEqual({ ...reported, pictures: 3 });
    const metrics = await (await fetch(`${collector.at.http}/metrics`)).text();
    expect(metrics).toMatch(/lineside_collector_malformed_total\{topic="reported",reason="schema"\} [1-9]/);
    await device.close();
  });

  it('has devices disconnected by the broker when a packet is larger than a batch can be', async () => {
    const device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    const closed = new Promise<void>((resolve) => device.client.once('close', () => resolve()));
    device.client.publish(
      topicOf('up', { device: 'line-1', stream: 'events' }),
      Buffer.alloc(400_000),
      { qos: 1 },
      () => undefined,
    );
    await closed;
    await device.close();
    expect((await fetch(`${collector.at.http}/healthz`)).status).toBe(200);
  });

  it('shows which devices are online, ignores the will of an old session, and detects two devices with one identity', async () => {
    const id = { epoch: 'a'.repeat(16), boot: 'one' };
    const first = await CollectorDevice.connect('line-1', collector.at.mqtt, password, id);
    await first.birth();
    await waitFor('line-1 online', async () => (await deviceRow('line-1'))?.link === 'online');
    // The same name and password elsewhere takes the session over, and each comes back as soon as it is thrown out.
    const born = (device: CollectorDevice) => () => void device.birth().catch(() => undefined);
    first.client.on('connect', born(first));
    const second = await CollectorDevice.connect('line-1', collector.at.mqtt, password, {
      epoch: 'b'.repeat(16),
      boot: 'two',
    });
    second.client.on('connect', born(second));
    await second.birth().catch(() => undefined);
    await waitFor('the identity conflict to be seen', async () => (await deviceRow('line-1'))?.identityConflict);
    await first.close();
    await waitFor('the other to be online', async () => (await deviceRow('line-1'))?.link === 'online');
    second.client.options.reconnectPeriod = 0;
    second.client.stream.destroy();
    await waitFor('its will to be heard', async () => (await deviceRow('line-1'))?.link === 'offline');
    await second.close();
  });

  it('accepts a device that is added while it runs, and disconnects one that is removed', async () => {
    const added = await collectorCommand('device', 'add', 'line-9', '--json', '--config', config, '--data', data);
    expect(added.code).toBe(0);
    const credential = JSON.parse(added.stdout) as { password: string; inForce: boolean };
    expect(credential.inForce).toBe(true);
    const device = await waitFor('line-9 to be let in', async () =>
      CollectorDevice.connect('line-9', collector.at.mqtt, credential.password),
    );
    const journal = new JournalTwin('line-9').appendEvents(1);
    await device.send(journal.batch());
    await device.acked(({ upto }) => upto === 1);
    const closed = new Promise<void>((resolve) => device.client.once('close', () => resolve()));
    const removed = await collectorCommand('device', 'remove', 'line-9', '--data', data, '--config', config);
    expect(removed.code).toBe(0);
    await closed;
    await device.close();
    const out = dir.join('line-9.password');
    const again = await collectorCommand('device', 'add', 'line-9', '--out', out, '--data', data, '--config', config);
    expect(again.stdout).not.toContain(readFileSync(out, 'utf8').trim());
    expect(statSync(out).mode & 0o777).toBe(0o600);
    const twice = await collectorCommand('device', 'add', 'line-9', '--data', data, '--config', config);
    expect(twice.code).toBe(2);
    expect(twice.stderr).toMatch(/^Error: line-9 has a credential already\nTry: add --replace/);
  });

  it('makes its files readable for its own user only', () => {
    for (const name of ['mosquitto.conf', 'passwords', 'acl']) {
      expect(statSync(brokerFile(data, name)).mode & 0o777).toBe(0o600);
    }
    expect(readFileSync(brokerFile(data, 'passwords'), 'utf8')).not.toContain(password);
  });

  it('starts its broker again when that ends, and continues', async () => {
    const pid = Number(readFileSync(brokerFile(data, 'mosquitto.pid'), 'utf8'));
    process.kill(pid, 'SIGKILL');
    await waitFor('the broker to be missed', async () => (await fetch(`${collector.at.http}/healthz`)).status === 503);
    await waitFor('the broker to be back', async () => (await fetch(`${collector.at.http}/healthz`)).status === 200);
    const device = await CollectorDevice.connect('line-1', collector.at.mqtt, password);
    const journal = new JournalTwin('line-1').appendEvents(1);
    await device.send(journal.batch());
    await device.acked(({ epoch }) => epoch === journal.epoch);
    await device.close();
    expect(isAlive(pid)).toBe(false);
  });

  it('refuses a second collector on the same folder', async () => {
    const second = await collectorCommand('run', '--config', config, '--data', data);
    expect(second.code).toBe(1);
    expect(second.stderr).toMatch(/^Error: another collector runs on .*\nTry: /);
  });

  it('verifies its records and shows them on the command line', async () => {
    const verified = await collectorCommand('verify', '--json', '--data', data, '--config', config);
    expect(JSON.parse(verified.stdout)).toMatchObject({ findings: [] });
    expect(verified.code).toBe(0);
    const status = await collectorCommand('status', '--json', '--data', data, '--config', config);
    expect(JSON.parse(status.stdout)).toMatchObject({ running: true, totals: { missing: 0, conflicts: 0 } });
    const events = await collectorCommand(
      'events',
      'list',
      '--limit',
      '2',
      '--json',
      '--data',
      data,
      '--config',
      config,
    );
    expect(events.stdout.trim().split('\n')).toHaveLength(2);
    const gaps = await collectorCommand('gaps', '--all', '--data', data, '--config', config);
    expect(gaps.stdout).toMatch(/line-1 +events +3\.\.3 +closed/);
  });
});

describe('a collector at another broker', () => {
  it('starts while the broker does not answer, and works when it does', async () => {
    const users = { collector: 'secret', 'line-1': 'device' };
    await using broker = await startMosquitto({ users });
    await broker.stop();
    const file = dir.join('external.yaml');
    writeFileSync(dir.join('secret'), 'secret');
    writeFileSync(
      file,
      `broker: ${broker.url}\nmqtt: {username: collector, password: "\${file:${dir.join('secret')}}"}\nhttp: {listen: "127.0.0.1:0"}\nlog: {level: silent}\n`,
    );
    await using external = await startCollector(file, dir.join('external'));
    expect((await fetch(`${external.at.http}/healthz`)).status).toBe(503);
    await broker.start();
    await waitFor('the collector to find it', async () => (await fetch(`${external.at.http}/healthz`)).status === 200);
    const device = await CollectorDevice.connect('line-1', broker.url, 'device');
    await device.send(new JournalTwin('line-1').appendEvents(1).batch());
    await device.acked(({ upto }) => upto === 1);
    await device.close();
  });
});
