import mqtt, { type MqttClient } from 'mqtt';
import { afterEach, describe, expect, it } from 'vitest';
import { type Logger, silentLogger, systemClock } from '@lineside/kit';
import { type Mosquitto, startMosquitto } from '../../../../../tests/support/mosquitto.ts';
import { accepted, ScriptedBroker } from '../../../../../tests/support/scripted-broker.ts';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import type { SignalReading, SignalType } from '../../../domain/index.ts';
import { SignalSources, SignalTable, signalUrlProblem } from '../../index.ts';
import { mqttAddress } from './mqtt-address.ts';
import { isOnline, readPayload } from './mqtt-payload.ts';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).reverse()) await end();
});

const bytes = (text: string): Buffer => Buffer.from(text);

describe('the URL of an MQTT signal', () => {
  it('names broker, topic, field, login and the topic of the publisher state', () => {
    expect(mqttAddress('mqtt://line:a%40b@h:1884/plant/caf%C3%A9/x?state=plant/state#scale.gross')).toEqual({
      ...{ broker: 'mqtt://line:a%40b@h:1884', caFile: undefined, connection: 'mqtt://line:a%40b@h:1884' },
      ...{ topic: 'plant/café/x', field: ['scale', 'gross'], stateTopic: 'plant/state' },
    });
  });

  it.each([
    ['mqtt://h/plant/x', undefined],
    ['mqtts://h/x?ca=/etc/ca.pem', undefined],
    ['mqtt://h', 'names no topic'],
    ['mqtt:///x', 'names no host'],
    ['mqtt://h/plant/+/x', 'has a wildcard'],
    ['mqtt://h/plant/%23', 'has a wildcard'],
    ['mqtt://h/x?state=a/%23', 'has a wildcard'],
    ['mqtt://h/x?retain=1', 'has the option retain'],
    ['mqtt://h/x?ca=/etc/ca.pem', 'has a ca without TLS'],
    ['mqtts://h/x?ca=ca.pem', 'has a ca that is no absolute path'],
    ['mqtt://h/x%zz', 'has a % that starts no escape'],
    ['mqtt://h/x#a..b', 'has an empty name'],
  ])('%s: %s', (url, problem) => {
    const found = signalUrlProblem(url);
    if (problem === undefined) expect(found).toBeUndefined();
    else expect(found).toContain(problem);
  });
});

describe('the payload of an MQTT signal', () => {
  it.each([
    ['12.5', [], { value: '12.5' }],
    [' 007 ', [], { value: '007' }],
    ['"A1"', [], { value: 'A1' }],
    ['{"value": 3}', [], { value: 3 }],
    ['{"bad": "sensor"}', [], { bad: 'sensor' }],
    ['{"scale": {"gross": 501}}', ['scale', 'gross'], { value: 501 }],
    ['{"scale": {"gross": {"bad": "drift"}}}', ['scale', 'gross'], { bad: 'drift' }],
  ] as const)('%s at %j is a reading', (text, field, reading) => {
    expect(readPayload(bytes(text), field)).toEqual(reading);
  });

  it.each([
    [bytes(''), []],
    [bytes('null'), []],
    [bytes('{"value": null}'), []],
    [bytes('{"value": {"deep": 1}}'), []],
    [bytes('[1, 2]'), []],
    [bytes('{"other": 1}'), []],
    [bytes('{"value": 1'), []],
    [bytes('"no end'), []],
    [Buffer.from([0x31, 0xff, 0xfe]), []],
    [Buffer.alloc(70_000, 0x31), []],
    [bytes('12'), ['a']],
    [bytes('{"a": 1}'), ['b']],
    [bytes('{"a": 1}'), ['toString']],
    [bytes('{"a": 1}'), ['__proto__', 'constructor']],
    [bytes('not json'), ['a']],
  ] as const)('of %s at %j is bad', (payload, field) => {
    expect(readPayload(payload, field)).toEqual({ bad: expect.any(String) });
  });

  it('is a reading or bad, and never throws, whatever bytes it has', () => {
    let state = 7;
    const next = (): number => (state = (Math.imul(state, 1664525) + 1013904223) >>> 0) >>> 24;
    for (let round = 0; round < 5_000; round += 1) {
      const payload = Buffer.from(
        Array.from({ length: next() % 40 }, () => (round % 2 === 0 ? next() : (next() % 96) + 32)),
      );
      const reading = readPayload(payload, round % 3 === 0 ? ['a'] : []);
      if ('value' in reading) expect(typeof reading.value).not.toBe('object');
      else expect(reading.bad).not.toBe('');
    }
  });

  it('says whether the publisher is there only where it says so plainly', () => {
    for (const text of ['online', '"ONLINE"', '1', 'true']) expect(isOnline(bytes(text))).toBe(true);
    for (const text of ['', 'offline', '0', 'null', '{"online": true}', 'x'.repeat(100)]) {
      expect(isOnline(bytes(text))).toBe(false);
    }
  });
});

/** A table with the running sources of these URLs, by signal. */
function read(
  urls: Readonly<Record<string, string>>,
  type: SignalType = 'number',
  log: Logger = silentLogger,
): SignalTable {
  const settings = Object.entries(urls).map(([id, source]) => ({
    ...{ id, source, type, scale: 1, offset: 0, deadband: 0, staleAfterMs: undefined },
  }));
  const table = new SignalTable(systemClock, settings);
  const targets = Object.entries(urls).map(([id, url]) => ({ id, url: () => url }));
  const sources = new SignalSources({ targets, sink: table, clock: systemClock, log });
  const stop = new AbortController();
  const running = sources.run(stop.signal);
  ends.push(() => {
    stop.abort();
    return running;
  });
  return table;
}

const until = (table: SignalTable, id: string, reading: Partial<SignalReading>): Promise<unknown> =>
  waitFor(`${id} to be ${JSON.stringify(reading)}`, () => {
    expect(table.get(id)?.reading).toMatchObject(reading);
    return true;
  });

async function broker(options: Parameters<typeof startMosquitto>[0] = {}): Promise<Mosquitto> {
  const started = await startMosquitto(options);
  ends.push(async () => started[Symbol.asyncDispose]());
  return started;
}

async function publisher(url: string, options: mqtt.IClientOptions = {}): Promise<MqttClient> {
  const client = await mqtt.connectAsync(url, { reconnectPeriod: 0, ...options });
  client.on('error', () => undefined);
  ends.push(() => void client.end(true));
  return client;
}

const RETAINED = { qos: 1, retain: true } as const;

describe('an mqtt: source with Mosquitto', () => {
  it('reads a retained message, takes a hostile one for bad, and has no value without the broker', async () => {
    const server = await broker({ users: { line: 'p@ss/word', plc: 'x' } });
    const plc = await publisher(server.url, { username: 'plc', password: 'x' });
    await plc.publishAsync('plant/weight', '501.5', RETAINED);
    const at = server.url.replace('mqtt://', 'mqtt://line:p%40ss%2Fword@');
    const table = read({ weight: `${at}/plant/weight`, net: `${at}/plant/scale#net` });
    await until(table, 'weight', { state: 'good', value: 501.5 });
    await plc.publishAsync('plant/scale', '{"net": 480}', RETAINED);
    await until(table, 'net', { state: 'good', value: 480 });
    for (const hostile of ['{"value":', 'NaN', '1e999', 'x'.repeat(70_000), '{"__proto__": 1}', '']) {
      await plc.publishAsync('plant/weight', '501.5', RETAINED);
      await until(table, 'weight', { state: 'good' });
      await plc.publishAsync('plant/weight', hostile, { qos: 1, retain: false });
      await until(table, 'weight', { state: 'bad' });
    }
    expect(table.get('net')?.reading).toMatchObject({ state: 'good', value: 480 });
    await server.kill();
    await until(table, 'weight', { state: 'stale', reason: 'source_lost' });
    await until(table, 'net', { state: 'stale', reason: 'source_lost' });
    await server.start();
    const again = await publisher(server.url, { username: 'plc', password: 'x' });
    await again.publishAsync('plant/weight', '502', RETAINED);
    await until(table, 'weight', { state: 'good', value: 502 });
    expect(table.get('weight')?.epoch).toBe(2);
  });

  it('has no value while the will of the publisher says that it is gone, and the retained one when it is back', async () => {
    const server = await broker();
    const will = { topic: 'plant/state', payload: bytes('offline'), ...RETAINED };
    const plc = await publisher(server.url, { will });
    await plc.publishAsync('plant/state', 'online', RETAINED);
    await plc.publishAsync('plant/product', 'A-7', RETAINED);
    const table = read({ product: `${server.url}/plant/product?state=plant/state` }, 'text');
    await until(table, 'product', { state: 'good', value: 'A-7' });
    plc.stream.destroy();
    await until(table, 'product', { state: 'stale', reason: 'source_lost' });
    const back = await publisher(server.url, { will });
    await back.publishAsync('plant/state', 'online', RETAINED);
    await until(table, 'product', { state: 'good', value: 'A-7' });
    expect(table.get('product')?.epoch).toBe(2);
  });
});

describe('an mqtt: source with a broker that is not as it should be', () => {
  it('asks for version 3.1.1 where version 5 is refused', async () => {
    const old = await ScriptedBroker.start({ connack: [0x20, 2, 0, 1] });
    ends.push(async () => old[Symbol.asyncDispose]());
    read({ weight: `${old.url}/plant/weight` });
    await waitFor('a connection of each version', () => old.versions.includes(5) && old.versions.includes(4));
  });

  it('says of which signal the topic is refused, and not the topic, which may come from a reference', async () => {
    const refusing = await ScriptedBroker.start({ connack: accepted(), granted: 0x87 });
    ends.push(async () => refusing[Symbol.asyncDispose]());
    const said: string[] = [];
    const warn: Logger['warn'] = (...facts) => void said.push(JSON.stringify(facts));
    read({ weight: `${refusing.url}/plant/t0ken` }, 'number', { ...silentLogger, warn });
    await waitFor('the refusal', () => said.find((line) => line.includes('weight')));
    expect(said.join('\n')).not.toContain('t0ken');
  });

  it('reads a flood at its own pace and keeps the newest value that arrived', async () => {
    const flooding = await ScriptedBroker.start({ connack: accepted() });
    ends.push(async () => flooding[Symbol.asyncDispose]());
    const table = read({ weight: `${flooding.url}/w` });
    await waitFor('the subscription', () => flooding.filters.includes('w'));
    const one = Buffer.of(0x30, 5, 0, 1, 0x77, 0, 0x31);
    flooding.write(Buffer.concat(Array.from({ length: 5_000 }, () => one)));
    await until(table, 'weight', { state: 'good', value: 1 });
    await systemClock.sleep(200);
    // 200 a second after a burst of as many; the rest waits in the sockets.
    expect(table.get('weight')?.sample).toBeLessThan(2_000);
  });
});
