import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import mqtt, { type MqttClient } from 'mqtt';
import { encode, downFilter, topicOf } from '@lineside/protocol';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import {
  collectorCommand,
  collectorYaml,
  startCollector,
  type RunningCollector,
} from '../../../../tests/support/collector.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { startMosquitto } from '../../../../tests/support/mosquitto.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { loadConfig } from '../config/index.ts';
import { Authority } from './authority.ts';

const NOT_AUTHORISED = 0x87;

let dir: TempDir;
let data: string;
let config: string;
let collector: RunningCollector;

beforeAll(async () => {
  dir = await tempDir('collector-tls-');
  data = dir.join('data');
  config = dir.join('collector.yaml');
  const yaml = collectorYaml('http: {listen: "127.0.0.1:0"}\n').replace('mqtt: {', 'mqtt: {tls: self, ');
  writeFileSync(config, yaml);
  collector = await startCollector(config, data);
  await add('line-1');
  await add('line-2');
});

afterAll(async () => {
  await collector.stop();
  await dir[Symbol.asyncDispose]();
});

async function add(id: string, ...more: string[]): Promise<void> {
  const folder = dir.join(id);
  const { code, stdout, stderr } = await collectorCommand(
    ...['device', 'add', id, '--cert', folder, '--json', '--data', data, '--config', config, ...more],
  );
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  expect(JSON.parse(stdout)).toMatchObject({ device: id, cert: folder, broker: collector.at.mqtt, inForce: true });
}

interface Papers {
  readonly ca: Buffer | string;
  readonly cert?: Buffer | string;
  readonly key?: Buffer | string;
}

function papers(id: string): Papers {
  const read = (name: string): Buffer => readFileSync(dir.join(id, name));
  return { ca: read('ca.crt'), cert: read('device.crt'), key: read('device.key') };
}

function connect(with_: Papers, options: mqtt.IClientOptions = {}): MqttClient {
  const client = mqtt.connect(collector.at.mqtt, { protocolVersion: 5, reconnectPeriod: 0, ...with_, ...options });
  client.on('error', () => undefined);
  return client;
}

/** 'connected', or why not. */
async function outcome(client: MqttClient): Promise<string> {
  const answer = await new Promise<string>((resolve) => {
    client.on('connect', () => resolve('connected'));
    client.on('error', (error) => resolve(error.message));
    client.on('close', () => resolve('closed'));
  });
  return answer;
}

async function publish(client: MqttClient, topic: string, payload: Buffer): Promise<number> {
  try {
    await client.publishAsync(topic, payload, { qos: 1 });
    return 0;
  } catch (error) {
    return (error as { code?: number }).code ?? -1;
  }
}

describe('a managed broker with TLS and certificates', () => {
  it('accepts a device by its certificate; its batches are committed and acknowledged', async () => {
    expect(collector.at.mqtt).toMatch(/^mqtts:/);
    const client = connect(papers('line-1'), { clientId: 'line-1' });
    expect(await outcome(client)).toBe('connected');
    const acked = Promise.withResolvers<string>();
    client.on('message', (topic) => acked.resolve(topic));
    await client.subscribeAsync(downFilter('line-1'), { qos: 1 });
    expect(
      await publish(
        client,
        topicOf('up', { device: 'line-1', stream: 'events' }),
        encode(new JournalTwin('line-1').appendEvents(1).batch()),
      ),
    ).toBe(0);
    expect(await acked.promise).toBe(topicOf('ack', { device: 'line-1' }));
    await client.endAsync(true);
  });

  it('lets it publish for no other device and not as the collector', async () => {
    const client = connect(papers('line-1'), { username: 'line-2', password: 'x', clientId: 'line-2' });
    expect(await outcome(client)).toBe('connected');
    const foreign = new JournalTwin('line-2').appendEvents(1);
    const ack = encode({ v: 1, epoch: foreign.epoch, stream: 'events', upto: 99, sack: [], srvTs: 0 });
    expect(await publish(client, topicOf('up', { device: 'line-2', stream: 'events' }), encode(foreign.batch()))).toBe(
      NOT_AUTHORISED,
    );
    expect(await publish(client, topicOf('ack', { device: 'line-1' }), ack)).toBe(NOT_AUTHORISED);
    expect(await publish(client, topicOf('ack', { device: 'line-2' }), ack)).toBe(NOT_AUTHORISED);
    expect(await publish(client, topicOf('cmd', { device: 'line-2' }), ack)).toBe(NOT_AUTHORISED);
    expect(await publish(client, topicOf('collectorState'), ack)).toBe(NOT_AUTHORISED);
    await client.endAsync(true);
  });

  it("does not let a device end another one's session by using its client id", async () => {
    const victim = connect(papers('line-2'), { clientId: 'line-2' });
    expect(await outcome(victim)).toBe('connected');
    let thrownOut = false;
    victim.on('close', () => (thrownOut = true));
    const thief = connect(papers('line-1'), { clientId: 'line-2' });
    expect(await outcome(thief)).toBe('connected');
    expect(await publish(thief, topicOf('reported', { device: 'line-1' }), encode({ here: true }))).toBe(0);
    expect(await publish(victim, topicOf('reported', { device: 'line-2' }), encode({ here: true }))).toBe(0);
    expect(thrownOut).toBe(false);
    await Promise.all([thief.endAsync(true), victim.endAsync(true)]);
  });

  it('refuses connections without a certificate, and with one that another authority signed for the right name', async () => {
    const { ca } = papers('line-1');
    expect(
      await outcome(
        connect({ ca }, { username: 'line-1', password: readFileSync(dir.join('line-1', 'password'), 'utf8').trim() }),
      ),
    ).not.toBe('connected');
    const forger = await Authority.open(dir.join('forger'));
    const forged = await forger.device('line-1', 0);
    expect(await outcome(connect({ ca, ...forged }))).not.toBe('connected');
    const own = await forger.device('collector', 0);
    expect(await outcome(connect({ ca, ...own }))).not.toBe('connected');
    const plain = mqtt.connect(collector.at.mqtt.replace('mqtts', 'mqtt'), { protocolVersion: 5, reconnectPeriod: 0 });
    expect(await outcome(plain)).not.toBe('connected');
  });

  it('ends a certificate when it is replaced, and one whose device is removed', async () => {
    const old = papers('line-2');
    const client = connect(old, { clientId: 'line-2' });
    expect(await outcome(client)).toBe('connected');
    const ended = new Promise<void>((resolve) => client.on('close', () => resolve()));
    await add('line-2', '--replace');
    await ended;
    await waitFor(
      'the new certificate to be taken',
      async () => (await outcome(connect(papers('line-2')))) === 'connected',
    );
    expect(await outcome(connect(old))).not.toBe('connected');
    const removed = await collectorCommand('device', 'remove', 'line-2', '--data', data, '--config', config);
    expect(removed.code).toBe(0);
    await waitFor(
      'the removed device to be refused',
      async () => (await outcome(connect(papers('line-2')))) !== 'connected',
    );
    await waitFor('the other to be taken', async () => (await outcome(connect(papers('line-1')))) === 'connected');
  });

  it('makes keys readable for its own user only', () => {
    const folder = join(data, 'broker', 'authority');
    expect(existsSync(join(folder, 'ca.key'))).toBe(true);
    expect(readFileSync(join(folder, 'ca.crt'), 'utf8')).not.toContain('PRIVATE');
  });
});

describe('certificates of an authority of the plant', () => {
  it('serve the managed broker, and identify devices', async () => {
    await using plant = await plantAuthority();
    const yaml = plant.join('collector.yaml');
    const tls = `{cert: "${plant.join('server.crt')}", key: "${plant.join('server.key')}", ca: "${plant.join('ca.crt')}"}`;
    const more = collectorYaml('http: {listen: "127.0.0.1:0"}\n').replace('mqtt: {', `mqtt: {tls: ${tls}, `);
    writeFileSync(yaml, more);
    const own = await collectorCommand('device', 'add', 'line-7', '--data', plant.join('data'), '--config', yaml);
    expect(own.code).toBe(0);
    const cert = await collectorCommand(
      ...['device', 'add', 'line-8', '--cert', plant.join('x'), '--data', plant.join('data'), '--config', yaml],
    );
    expect(cert.stderr).toContain('no certificate authority here');
    await using other = await startCollector(yaml, plant.join('data'));
    const ca = readFileSync(plant.join('ca.crt'));
    const device = await plant.authority.device('line-7', 0);
    const client = mqtt.connect(other.at.mqtt, { protocolVersion: 5, reconnectPeriod: 0, ca, ...device });
    expect(await outcome(client)).toBe('connected');
    expect(await publish(client, topicOf('reported', { device: 'line-7' }), encode({ here: true }))).toBe(0);
    // A name that the authority vouches for is not yet one that was admitted here, the collector's least of all.
    for (const name of ['line-9', 'collector']) {
      const stranger = mqtt.connect(other.at.mqtt, {
        ...{ protocolVersion: 5, reconnectPeriod: 0, ca },
        ...(await plant.authority.device(name, 0)),
      });
      stranger.on('error', () => undefined);
      expect(await outcome(stranger)).toBe('connected');
      expect(await publish(stranger, topicOf('up', { device: name, stream: 'events' }), encode({}))).toBe(
        NOT_AUTHORISED,
      );
      expect(await publish(stranger, topicOf('ack', { device: 'line-7' }), encode({}))).toBe(NOT_AUTHORISED);
      await stranger.endAsync(true);
    }
    await client.endAsync(true);
  });

  it('are checked at another broker', async () => {
    await using plant = await plantAuthority();
    await using broker = await startMosquitto({
      config: [`certfile ${plant.join('server.crt')}`, `keyfile ${plant.join('server.key')}`],
    });
    const yaml = plant.join('collector.yaml');
    const url = broker.url.replace('mqtt:', 'mqtts:');
    const health = async (tls: string): Promise<boolean> => {
      writeFileSync(yaml, `broker: ${url}\nmqtt: {${tls}}\nhttp: {listen: "127.0.0.1:0"}\nlog: {level: silent}\n`);
      await using other = await startCollector(yaml, plant.join('data'));
      const deadline = Date.now() + 2500;
      while (Date.now() < deadline) {
        if ((await fetch(`${other.at.http}/healthz`)).ok) return true;
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      return false;
    };
    expect(await health(`ca: "${plant.join('ca.crt')}"`)).toBe(true);
    expect(await health('')).toBe(false);
  });
});

/** A folder with an authority, and a server's certificate by it. */
async function plantAuthority(): Promise<TempDir & { readonly authority: Authority }> {
  const folder = await tempDir('collector-plant-');
  const authority = await Authority.open(folder.join('authority'));
  const { cert, key } = await authority.server(['127.0.0.1']);
  writeFileSync(folder.join('server.crt'), cert);
  writeFileSync(folder.join('server.key'), key);
  writeFileSync(folder.join('ca.crt'), authority.ca);
  return { ...folder, authority };
}

describe('listening beyond this machine', () => {
  it.each([
    ['mqtt: {listen: "0.0.0.0:1883"}', 'mqtt_tls_missing'],
    ['mqtt: {listen: "0.0.0.0:1883", identity: certificate, plaintext: true}', 'mqtt_ca_missing'],
  ])('is refused where others could read along: %s', (yaml, code) => {
    const path = dir.join('unsafe.yaml');
    writeFileSync(path, yaml);
    expect(() => loadConfig({ file: path, data, env: {} })).toThrow(expect.objectContaining({ code }) as Error);
  });

  it.each(['mqtt: {listen: "0.0.0.0:1883", plaintext: true}', 'mqtt: {listen: "0.0.0.0:8883", tls: self}'])(
    'is done where it was said: %s',
    (yaml) => {
      const path = dir.join('safe.yaml');
      writeFileSync(path, yaml);
      expect(loadConfig({ file: path, data, env: {} }).mqtt.listen.host).toBe('0.0.0.0');
    },
  );
});
