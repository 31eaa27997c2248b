import { expect, test } from 'vitest';
import {
  type Ack,
  collectorRights,
  type Desired,
  deviceRights,
  downFilter,
  filterOf,
  MalformedPayload,
  outgoing,
  outgoingText,
  parseTopic,
  type TopicRight,
  TOPIC_KINDS,
  topicOf,
  TOPICS,
} from './index.ts';

const desired = (models: number): Desired => ({
  v: 1,
  revision: 3,
  t: 0,
  models: Object.fromEntries(
    Array.from({ length: models }, (_, n) => [
      `model-${n}`,
      { target: `models/m${n}.tar`, bytes: 1, sha256: 'a'.repeat(64) },
    ]),
  ),
});

/** MQTT 5, 4.7: whether a filter matches a topic. */
const matches = (filter: string, topic: string): boolean => {
  const [levels, given] = [filter.split('/'), topic.split('/')];
  if (levels.at(-1) === '#') return levels.slice(0, -1).every((level, i) => level === given[i]);
  return levels.length === given.length && levels.every((level, i) => level === '+' || level === given[i]);
};
const may = (rights: readonly TopicRight[], access: 'read' | 'write', topic: string): boolean =>
  rights.some((right) => right.access.includes(access) && matches(right.filter, topic));

test('a topic that is composed is taken apart into the same kind, device and stream', () => {
  for (const kind of TOPIC_KINDS) {
    const address = { device: 'line-1', stream: 'telemetry' } as const;
    const topic = kind === 'collectorState' ? topicOf(kind) : topicOf(kind, address);
    expect(matches(filterOf(kind), topic)).toBe(true);
    const { kind: found, ...rest } = parseTopic(topic)!;
    expect(found).toBe(kind);
    expect(rest).toEqual(kind === 'collectorState' ? {} : kind === 'up' ? address : { device: 'line-1' });
  }
});

test('what is not exactly a topic of the map is none', () => {
  for (const topic of [
    'lineside/v1/line-1',
    'lineside/v1/line-1/up',
    'lineside/v1/line-1/up/nothing',
    'lineside/v1/line-1/up/events/more',
    'lineside/v2/line-1/state',
    'lineside/v1/collector/reported',
    'lineside/v1/a b/state',
    'lineside/v1//state',
    `lineside/v1/${'x'.repeat(65)}/state`,
    'lineside/v1/line-1/down/toString',
    'lineside/v1/line-1/__proto__',
  ]) {
    expect(parseTopic(topic), topic).toBeUndefined();
  }
});

test('a device may publish and read its own topics and no other, and the collector what the map gives it', () => {
  const rights = deviceRights('line-1');
  for (const kind of TOPIC_KINDS) {
    const { publisher, readers } = TOPICS[kind];
    const topicFor = (device: string): string =>
      kind === 'collectorState' ? topicOf(kind) : topicOf(kind, { device, stream: 'events' });
    const own = topicFor('line-1');
    expect(may(rights, 'write', own), `write ${own}`).toBe(publisher === 'device');
    expect(may(rights, 'read', own), `read ${own}`).toBe((readers as readonly string[]).includes('device'));
    expect(may(collectorRights(), 'write', own)).toBe(publisher === 'collector');
    expect(may(collectorRights(), 'read', own)).toBe((readers as readonly string[]).includes('collector'));
    if (kind === 'collectorState') continue;
    expect(may(rights, 'write', topicFor('line-2'))).toBe(false);
    expect(may(rights, 'read', topicFor('line-2'))).toBe(false);
  }
  // The filter with which a device subscribes is one that it may read.
  expect(rights).toContainEqual({ access: 'read', filter: downFilter('line-1') });
});

test('quality, retention, expiry and form of a message follow from the map', () => {
  const message = outgoing('desired', { device: 'line-1' }, desired(2));
  expect(message).toMatchObject({ topic: 'lineside/v1/line-1/down/desired', qos: 1, retain: true });
  expect(message).not.toHaveProperty('expiryS');
  // Plain JSON, so that any client can show it.
  expect(JSON.parse(message.payload.toString())).toEqual(desired(2));
  const ack: Ack = { v: 1, epoch: '0'.repeat(16), stream: 'events', upto: 1, sack: [], srvTs: 0 };
  expect(outgoing('ack', { device: 'line-1' }, ack)).toMatchObject({ retain: false, expiryS: 60 });
});

test('a message that its readers would refuse is not made', () => {
  const to = { device: 'line-1' };
  expect(() => outgoing('desired', to, { ...desired(1), revision: 0 })).toThrow(MalformedPayload);
  expect(() => outgoing('desired', to, desired(65))).toThrow(/64 models/);
  for (const target of ['../keys', '/etc/passwd', 'a//b', 'models/../../x', '.hidden', '']) {
    const configuration = { target, bytes: 1, sha256: 'a'.repeat(64) };
    expect(() => outgoing('desired', to, { ...desired(0), configuration }), target).toThrow(MalformedPayload);
  }
  expect(() => outgoingText('desired', to, ' '.repeat(TOPICS.desired.maxBytes + 1))).toThrow(MalformedPayload);
});
