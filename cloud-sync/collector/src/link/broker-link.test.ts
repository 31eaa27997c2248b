import mqtt from 'mqtt';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { silentLogger, systemClock } from '@lineside/kit';
import {
  CollectorState,
  decode,
  type Desired,
  downFilter,
  encode,
  filterOf,
  Inbox,
  MalformedPayload,
  type Reported,
  topicOf,
} from '@lineside/protocol';
import { type Mosquitto, startMosquitto } from '../../../../tests/support/mosquitto.ts';
import { ScriptedBroker } from '../../../../tests/support/scripted-broker.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { Ingest, type RefusedMessage } from '../ingest/index.ts';
import { BrokerLink } from './index.ts';

const desired: Desired = {
  v: 1,
  revision: 7,
  t: 0,
  models: { ppe: { target: 'models/ppe-4.tar', bytes: 9_000_000, sha256: 'a'.repeat(64) } },
};

let broker: Mosquitto;
let link: BrokerLink;
let refused: Pick<RefusedMessage, 'kind' | 'reason'>[];
let reported: [string, Reported][];
const stop: (() => Promise<unknown>)[] = [];

function makeLink(url: string): BrokerLink {
  const ingest = new Ingest({
    ...{ store: { commit: async () => [], ping: async () => undefined }, clock: systemClock, log: silentLogger },
    counters: {
      batch: () => undefined,
      refused: (kind, reason) => void refused.push({ kind, reason }),
      unread: () => undefined,
      received: () => undefined,
      commit: () => undefined,
      commitFailed: () => undefined,
      latency: () => undefined,
    },
  });
  return new BrokerLink({
    ...{ url, username: undefined, password: undefined, tls: {}, clientId: 'collector', session: 's1' },
    ...{
      mediaUrl: 'http://here/media',
      uploadUrl: 'http://here/uploads',
      clock: systemClock,
      log: silentLogger,
      ingest,
    },
    onState: () => undefined,
    onReported: (device, document) => void reported.push([device, document]),
    onLost: () => undefined,
    shareName: undefined,
    othersAtWork: () => false,
  });
}

beforeEach(async () => {
  broker = await startMosquitto();
  refused = [];
  reported = [];
  link = makeLink(broker.url);
  const end = new AbortController();
  const running = link.run(end.signal);
  stop.push(async () => {
    end.abort();
    await running;
  });
  await waitFor('the link', () => link.online);
});
afterEach(async () => {
  for (const end of stop.splice(0).toReversed()) await end();
  await broker[Symbol.asyncDispose]();
});

async function client(): Promise<mqtt.MqttClient> {
  const connected = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  stop.push(() => connected.endAsync(true));
  return connected;
}

test('a broker that refuses the connection is tried again, and its reason is known meanwhile', async () => {
  // Reason 0x88: the server is not available.
  await using busy = await ScriptedBroker.start({ connack: [0x20, 3, 0, 0x88, 0] });
  const refusedLink = makeLink(busy.url);
  const end = new AbortController();
  const running = refusedLink.run(end.signal);
  await waitFor('a second attempt', () => busy.connections >= 2);
  expect(refusedLink.problem).toMatch(/refused.*unavailable/i);
  expect(refusedLink.online).toBe(false);
  end.abort();
  await running;
});

test('a desired document reaches a device that connects later, and fits what the device reads', async () => {
  expect(link.publish('desired', { device: 'line-1' }, desired)).toBe(true);
  const read: Desired[] = [];
  const inbox = new Inbox<'device'>({ device: 'line-1', onRefusal: () => undefined }).on(
    'desired',
    (_address, document) => void read.push(document),
  );
  const device = await client();
  device.on('message', (topic, payload) => void inbox.receive(topic, payload));
  await device.subscribeAsync(downFilter('line-1'), { qos: 1 });
  await waitFor('the document', () => read.length > 0);
  expect(read).toEqual([desired]);
});

test('a document that a device would refuse is not published', () => {
  expect(() => link.publish('desired', { device: 'line-1' }, { ...desired, revision: -1 })).toThrow(MalformedPayload);
});

test('a reported document that does not fit is refused, and one that does is passed on without unknown fields', async () => {
  const device = await client();
  const document: Reported = {
    v: 1,
    t: 1,
    queue: {},
    pictures: 0,
    drainPerS: 0,
    desired: { revision: 7, state: 'new' },
  };
  const topic = topicOf('reported', { device: 'line-1' });
  await device.publishAsync(topic, encode({ ...document, desired: { revision: 'seven' } }), { qos: 1 });
  await device.publishAsync(topic, encode({ ...document, mood: 'good' }), { qos: 1 });
  await waitFor('the document', () => reported.length > 0);
  expect(reported).toEqual([['line-1', document]]);
  expect(refused).toEqual([{ kind: 'reported', reason: 'schema' }]);
});

test('a presence that somebody overwrote or deleted is published again', async () => {
  const watcher = await client();
  const states: unknown[] = [];
  watcher.on('message', (_topic, payload) => states.push(payload.length === 0 ? 'deleted' : String(payload)));
  await watcher.subscribeAsync(filterOf('collectorState'), { qos: 1 });
  const isOnline = (state: unknown): boolean =>
    typeof state === 'string' && state.startsWith('{') && decode(CollectorState, Buffer.from(state)).online;
  for (const wrong of ['', 'garbage']) {
    states.length = 0;
    await watcher.publishAsync(topicOf('collectorState'), wrong, { qos: 1, retain: true });
    await waitFor('the presence', () => isOnline(states.at(-1)) && states.length > 1);
  }
  // The filter for the states of devices matches this topic, too: a broker may deliver it twice.
  expect(refused).toContainEqual({ kind: 'collectorState', reason: 'not_json' });
  expect(refused.every(({ kind }) => kind === 'collectorState')).toBe(true);
});
