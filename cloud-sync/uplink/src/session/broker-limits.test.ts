import { afterEach, expect, test } from 'vitest';
import { systemClock } from '@lineside/kit';
import { startMosquitto } from '../../../../tests/support/mosquitto.ts';
import { accepted, type BrokerScript, ScriptedBroker } from '../../../../tests/support/scripted-broker.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import type { UplinkProblem } from '../ports/index.ts';
import { BrokerSession } from './broker-session.ts';
import { probeBroker } from './probe.ts';

const WILL = { topic: 'lineside/v1/line-1/state', payload: Buffer.from('{}'), qos: 1, retain: true } as const;
const MESSAGE = { ...WILL, topic: 'lineside/v1/line-1/up/events', retain: false };

const opened: AsyncDisposable[] = [];
const sessions: BrokerSession[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) session.drop();
  for (const one of opened.splice(0)) await one[Symbol.asyncDispose]();
});

async function scripted(script: BrokerScript): Promise<ScriptedBroker> {
  const broker = await ScriptedBroker.start(script);
  opened.push(broker);
  return broker;
}

async function mosquitto(...config: readonly string[]): Promise<string> {
  const broker = await startMosquitto({ config });
  opened.push(broker);
  return broker.url;
}

async function open(url: string): Promise<{ session: BrokerSession; problems: UplinkProblem[]; messages: string[] }> {
  const problems: UplinkProblem[] = [];
  const messages: string[] = [];
  const events = {
    message: (topic: string) => void messages.push(topic),
    noSubscribers: () => undefined,
    ready: () => undefined,
    problem: (what: UplinkProblem) => void problems.push(what),
  };
  const options = { url, device: 'line-1', connectMs: 5_000, keepaliveS: 15, will: WILL, clock: systemClock };
  const session = await BrokerSession.open(options, events, new AbortController().signal);
  sessions.push(session);
  return { session, problems, messages };
}

/** What the doctor reports, and what ends the session of the service: the same code. */
async function refusalOf(url: string): Promise<string> {
  const probe = await probeBroker({ url, clientId: 'line-1-doctor', timeoutMs: 5_000 });
  if (probe.broker !== 'failed') throw new Error('the broker answers');
  await expect(open(url)).rejects.toMatchObject({ problem: { code: probe.problem.code } });
  expect(probe.problem.advice).not.toBe('');
  return probe.problem.code;
}

test('a broker without retained messages is reported as such, by the doctor and by the service', async () => {
  expect(await refusalOf(await mosquitto('retain_available false'))).toBe('broker_no_retain');
});

test('a broker that offers QoS 0 only is reported as such, by the doctor and by the service', async () => {
  expect(await refusalOf(await mosquitto('max_qos 0'))).toBe('broker_no_qos1');
});

test('a broker that offers QoS 1 and not QoS 2 is good enough', async () => {
  const { problems } = await open(await mosquitto('max_qos 1'));
  expect(problems).toEqual([]);
});

test.each([
  ['an answer in MQTT 3.1.1', [0x20, 2, 0, 1], 'broker_protocol'],
  ['the reason "unsupported protocol version"', [0x20, 3, 0, 0x84, 0], 'broker_protocol'],
  ['the reason "QoS not supported"', [0x20, 3, 0, 0x9b, 0], 'broker_no_qos1'],
  ['the reason "retain not supported"', [0x20, 3, 0, 0x9a, 0], 'broker_no_retain'],
  ['the reason "packet too large"', [0x20, 3, 0, 0x95, 0], 'broker_packet_limit'],
  ['the reason "quota exceeded"', [0x20, 3, 0, 0x97, 0], 'broker_rejected'],
  ['the reason "banned"', [0x20, 3, 0, 0x8a, 0], 'credentials_refused'],
])('a broker that refuses the connection with %s gets its own code', async (_name, connack, code) => {
  const { url } = await scripted({ connack });
  expect(await refusalOf(url)).toBe(code);
});

test('a low limit of the packet size is a warning with the limit in it, and larger messages are not sent', async () => {
  const url = await mosquitto('max_packet_size 2000');
  const { session, problems } = await open(url);
  expect(problems).toMatchObject([{ code: 'broker_packet_limit', message: expect.stringContaining('2000 bytes') }]);
  const probe = await probeBroker({ url, clientId: 'line-1-doctor', timeoutMs: 5_000 });
  expect(probe).toMatchObject({ broker: 'answers', limit: { code: 'broker_packet_limit' } });
  const answers: (UplinkProblem | undefined)[] = [];
  session.send({ ...MESSAGE, payload: Buffer.alloc(2_000) }, (refusal) => void answers.push(refusal));
  expect(answers).toMatchObject([{ code: 'broker_packet_limit' }]);
  session.send({ ...MESSAGE, payload: Buffer.alloc(1_900) }, (refusal) => void answers.push(refusal));
  await waitFor('the smaller message to be acknowledged', () => answers.length === 2);
  expect(answers[1]).toBeUndefined();
});

test('no more messages are in flight than the Receive Maximum of the broker', async () => {
  // Property 0x21: two bytes.
  const broker = await scripted({ connack: accepted(0x21, 0, 2) });
  const { session } = await open(broker.url);
  for (let n = 1; n <= 4; n += 1) session.send({ ...MESSAGE, topic: `lineside/v1/line-1/up/${n}` }, () => undefined);
  expect(session.ready).toBe(false);
  await waitFor('two messages', () => broker.topics.length === 2);
  broker.acknowledge();
  await waitFor('the third message', () => broker.topics.length === 3);
  broker.acknowledge();
  broker.acknowledge();
  await waitFor('the last message', () => broker.topics.length === 4);
  broker.acknowledge();
  await waitFor('the session to be ready', () => session.ready);
});

test('a broker without wildcard subscriptions is asked for each topic by its name', async () => {
  // Property 0x28: wildcard subscriptions are not available.
  const broker = await scripted({ connack: accepted(0x28, 0), acknowledges: true });
  await open(broker.url);
  const down = broker.filters.filter((filter) => filter.startsWith('lineside/v1/line-1/down/'));
  expect(down.toSorted()).toEqual(['ack', 'cmd', 'desired'].map((topic) => `lineside/v1/line-1/down/${topic}`));
  expect(broker.filters.join('')).not.toMatch(/[+#]/);
});

test('a message with a topic alias, or one larger than a device reads, ends the session with a reason', async () => {
  // PUBLISH with QoS 0, an empty topic and property 0x23 (topic alias 1), which this client never allowed.
  const alias = Buffer.of(0x30, 6, 0, 0, 3, 0x23, 0, 1);
  const topic = Buffer.from('lineside/v1/line-1/down/ack');
  const length = 200_000;
  const large = Buffer.concat([
    Buffer.of(0x30, (length & 0x7f) | 0x80, ((length >> 7) & 0x7f) | 0x80, length >> 14, 0, topic.length),
    topic,
    Buffer.alloc(length - topic.length - 2),
  ]);
  for (const [bytes, reason] of [
    [alias, /topic alias/i],
    [large, /packet/],
  ] as const) {
    const broker = await scripted({ connack: accepted(), acknowledges: true });
    const { session } = await open(broker.url);
    broker.write(bytes);
    expect(await session.closed).toMatchObject({ code: 'broker_lost', message: expect.stringMatching(reason) });
  }
});

test('a broker that floods a device is read slowly and reported', async () => {
  const broker = await scripted({ connack: accepted(), acknowledges: true });
  const { problems, messages } = await open(broker.url);
  const topic = Buffer.from('lineside/v1/line-1/down/ack');
  const one = Buffer.concat([
    Buffer.of(0x30, topic.length + 5, 0, topic.length),
    topic,
    Buffer.of(0),
    Buffer.from('{}'),
  ]);
  broker.write(Buffer.concat(Array.from({ length: 20_000 }, () => one)));
  await waitFor('the flood to be reported', () => problems.length > 0);
  expect(problems[0]).toMatchObject({ code: 'broker_floods' });
  const before = messages.length;
  expect(before).toBeGreaterThanOrEqual(2_000);
  await systemClock.sleep(300);
  // 500 a second, as measured by the clock of the limit itself; the rest waits in the sockets.
  expect(messages.length - before).toBeLessThan(5_000);
});
