import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEach, describe, expect, it } from 'vitest';
import { curveKeyPair, Subscriber } from 'zeromq';
import { eventNews, feedPlan, report } from '../../../../../tests/support/feed-world.ts';
import { freePort } from '../../../../../tests/support/free-port.ts';
import { FROM_SOURCE, NODE, startProcess, type TestProcess } from '../../../../../tests/support/processes.ts';
import { tempDir } from '../../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../../tests/support/wait-for.ts';
import type { FeedPlan } from '../feed-plan.ts';
import type { LineNews } from '../line-news.ts';
import { FEED_SCHEMAS } from './feed-schema.ts';
import { Subscriptions } from './subscriptions.ts';
import { bytesOfZ85 } from './z85.ts';
import { isReachable, zeromqUrlProblem } from './zeromq-address.ts';
import { ZeromqFeed } from './zeromq-feed.ts';

const EXAMPLES = fileURLToPath(new URL('../../../../../docs/examples/', import.meta.url));
/** Debian's, for its python3-zmq. */
const PYTHON = '/usr/bin/python3';

const ends: (() => unknown)[] = [];
afterEach(async () => {
  while (ends.length > 0) await ends.pop()?.();
});

/** A running feed, of this plan's change. */
async function serve(url: string, change: Partial<FeedPlan['zeromq']> = {}): Promise<ZeromqFeed> {
  const plan = feedPlan(url);
  const zeromq = { ...plan.zeromq, ...change };
  const feed = new ZeromqFeed(
    { ...plan, zeromq },
    { clock: systemClock, log: silentLogger, onCommand: () => undefined },
  );
  const stop = new AbortController();
  const running = feed.run(stop.signal);
  ends.push(() => {
    stop.abort();
    return running;
  });
  await waitFor('the feed to be served', () => feed.state().connected);
  return feed;
}

const localUrl = async (): Promise<string> => `zmq+tcp://127.0.0.1:${await freePort()}`;
const endpoint = (url: string): string => url.replace('zmq+', '');

async function python(...args: readonly string[]): Promise<TestProcess> {
  const started = await startProcess(PYTHON, [join(EXAMPLES, 'feed_consumer.py'), ...args]);
  ends.push(() => started[Symbol.asyncDispose]());
  return started;
}

interface Line {
  readonly topic: string;
  readonly lost: number;
  readonly jpegBytes?: number;
  readonly message: Readonly<Record<string, unknown>>;
}

const linesOf = ({ stdout }: TestProcess): readonly Line[] =>
  stdout.split('\n').flatMap((line) => (line.startsWith('{') && line.endsWith('}') ? (JSON.parse(line) as Line) : []));

/** Sends reports until somebody has received one: a subscription takes a moment. */
async function untilHeard(feed: ZeromqFeed, hears: () => boolean, url = ''): Promise<void> {
  await waitFor(`a consumer of ${url} to hear`, () => {
    feed.take({ type: 'report', report: report() });
    return hears();
  });
}

const picture = {
  type: 'picture',
  picture: { ...{ camera: 'packing', frame: 7, width: 640, height: 360, atMs: 1 }, jpeg: new Uint8Array(5_000) },
} satisfies LineNews;
const tracks: LineNews = {
  type: 'tracks',
  tracks: {
    ...{ camera: 'packing', model: 'defect', frame: 7, width: 640, height: 360, atMs: 1 },
    tracks: [{ id: 3, label: 'product', score: 0.9, confirmed: true, box: [1, 2, 30, 40] }],
  },
};

const detections: LineNews = {
  type: 'detections',
  detections: {
    ...{ camera: 'packing', model: 'defect', frame: 7, width: 640, height: 360, atMs: 1, status: 'ok' },
    detections: [{ label: 'dent', score: 0.8, box: [1, 2, 3, 4] }],
  },
};

describe('a ZeroMQ feed', () => {
  it('is read by the example in Python: health, results, events, tracks and pictures, by topic', async () => {
    const url = await localUrl();
    const feed = await serve(url);
    const consumer = await python(endpoint(url), '');
    await untilHeard(feed, () => linesOf(consumer).length > 0);
    expect(feed.state().wanted).toEqual(['tracks', 'detections', 'frames']);
    feed.take({ type: 'event', event: eventNews() });
    feed.take(tracks);
    feed.take(detections);
    feed.take(picture);
    const changed = report();
    const [output] = changed.outputs;
    const newest = { piece: 14, result: 'nok', reason: 'defect' };
    feed.take({ type: 'report', report: { ...changed, outputs: output === undefined ? [] : [{ ...output, newest }] } });
    const find = (topic: string): Line | undefined => linesOf(consumer).findLast((line) => line.topic === topic);
    await waitFor('the result of another piece', () => find('results/reject-1')?.message['newest'] !== undefined);
    expect(find('events/packing')?.message).toMatchObject({ v: 1, device: 'line-1', seq: 1, kind: 'product_defect' });
    expect(find('tracks/packing/defect')?.message['tracks']).toMatchObject([{ id: 3, box: [1, 2, 30, 40] }]);
    expect(find('frames/packing')).toMatchObject({ jpegBytes: 5_000, message: { frame: 7 } });
    await waitFor('the newest result', () => {
      expect(find('results/reject-1')?.message).toMatchObject({ output: 'reject-1', newest });
      return true;
    });
    expect(find('health')?.message).toMatchObject({ healthy: true, production: { batch: 'B 12' } });
    expect(linesOf(consumer).every(({ lost }) => lost === 0)).toBe(true);
    const kinds = new Set<string>();
    for (const { topic, message } of linesOf(consumer)) {
      const kind = Object.keys(FEED_SCHEMAS).find((one) => one === topic.split('/')[0]) as keyof typeof FEED_SCHEMAS;
      expect(FEED_SCHEMAS[kind].safeParse(message).error).toBeUndefined();
      kinds.add(kind);
    }
    expect([...kinds].toSorted()).toEqual(Object.keys(FEED_SCHEMAS).toSorted());
  });

  it('is read by the example in TypeScript, over a file that other users cannot open', async () => {
    await using dir = await tempDir('lineside-feed-');
    const path = dir.join('feed');
    const feed = await serve(`zmq+ipc://${path}`);
    expect((await stat(path)).mode & 0o777).toBe(0o660);
    const args = [...FROM_SOURCE, join(EXAMPLES, 'feed-consumer.ts'), `ipc://${path}`, 'health'];
    const consumer = await startProcess(NODE, args);
    ends.push(() => consumer[Symbol.asyncDispose]());
    await untilHeard(feed, () => linesOf(consumer).length > 2);
    expect(linesOf(consumer)[0]).toMatchObject({ topic: 'health', lost: 0, message: { device: 'line-1' } });
    expect(feed.state().wanted).toEqual([]);
  });

  it('passes a consumer over that does not read, counts it, and loses nothing for one that does', async () => {
    const url = await localUrl();
    const feed = await serve(url, { queue: 20 });
    const slow = new Subscriber({ receiveHighWaterMark: 2 });
    const fast = new Subscriber();
    ends.push(
      () => slow.close(),
      () => fast.close(),
    );
    for (const socket of [slow, fast]) {
      socket.connect(endpoint(url));
      socket.subscribe('frames/', 'health');
    }
    const heard: number[] = [];
    void (async () => {
      for await (const [topic, body] of fast) {
        if (String(topic).startsWith('frames/')) heard.push((JSON.parse(String(body)) as { seq: number }).seq);
      }
    })();
    await untilHeard(feed, () => feed.state().wanted.includes('frames'));
    // Both are connected once the slow one has received too.
    await slow.receive();
    expect(feed.state().clients).toBe(2);
    let sent = 0;
    await waitFor(
      'the slow consumer to be passed over',
      async () => {
        feed.take({ type: 'picture', picture: { ...picture.picture, jpeg: new Uint8Array(200_000) } });
        sent += 1;
        await waitFor('the fast consumer', () => heard.length === sent);
        return feed.state().stalls > 0;
      },
      { everyMs: 1 },
    );
    for (let more = 0; more < 50; more++) {
      feed.take(picture);
      sent += 1;
      await waitFor('the fast consumer', () => heard.length === sent);
    }
    expect(heard).toEqual(Array.from({ length: sent }, (_, place) => place + 1));
    expect(feed.state()).toMatchObject({ dropped: {}, sent: { frames: sent } });
    // The slow one reads on: what it gets first is old, then there is a gap that its numbers show.
    const numbers: number[] = [];
    while (numbers.length === 0 || (numbers.at(-1) ?? 0) < sent + 1) {
      const [topic, body] = await slow.receive();
      if (String(topic).startsWith('frames/')) numbers.push((JSON.parse(String(body)) as { seq: number }).seq);
      if (numbers.length % 10 === 0) feed.take(picture);
    }
    expect(numbers.some((number, place) => place > 0 && number > (numbers[place - 1] ?? 0) + 1)).toBe(true);
    slow.close();
    await waitFor('one consumer', () => feed.state().clients === 1);
  });

  it('with keys lets in who is named, and nobody else', async () => {
    const url = await localUrl();
    const [own, known, stranger] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
    const feed = await serve(url, { secretKey: own.secretKey, clients: [known.publicKey] });
    const consumer = (pair: { publicKey: string; secretKey: string }): Promise<TestProcess> =>
      python(
        ...[endpoint(url), `--server-key=${own.publicKey}`, `--public-key=${pair.publicKey}`],
        ...[`--secret-key=${pair.secretKey}`, 'health'],
      );
    const [good, bad, plain] = [await consumer(known), await consumer(stranger), await python(endpoint(url), 'health')];
    await untilHeard(feed, () => linesOf(good).length > 0 && feed.state().refused['unknown_key'] !== undefined);
    expect(linesOf(bad)).toEqual([]);
    expect(linesOf(plain)).toEqual([]);
    // Those that were refused are counted no longer either.
    for (const one of [good, bad, plain]) await one[Symbol.asyncDispose]();
    await waitFor('nobody to be connected', () => feed.state().clients === 0);
  });

  it('is not served where other machines can reach it without keys', async () => {
    const plan = feedPlan(`zmq+tcp://0.0.0.0:${await freePort()}`);
    const feed = new ZeromqFeed(plan, { clock: systemClock, log: silentLogger, onCommand: () => undefined });
    await expect(feed.run(new AbortController().signal)).rejects.toThrow('zeromq.secretKey');
  });

  it('says so where its address is taken', async () => {
    const url = await localUrl();
    await serve(url);
    const second = new ZeromqFeed(feedPlan(url), { clock: systemClock, log: silentLogger, onCommand: () => undefined });
    await expect(second.run(new AbortController().signal)).rejects.toThrow(/in use/i);
    expect(second.state().connected).toBe(false);
  });
});

describe('what consumers have asked for', () => {
  const ask = (text: string): Uint8Array => Buffer.from(`\u0001${text}`, 'latin1');

  it('is wanted by its topic, by a part of it, and by more than it', () => {
    const subscriptions = new Subscriptions();
    subscriptions.take(ask('health'));
    expect(subscriptions.wanted).toEqual([]);
    subscriptions.take(ask('tracks/packing/defect'));
    subscriptions.take(ask('fr'));
    expect(subscriptions.wanted).toEqual(['tracks', 'frames']);
    subscriptions.take(Buffer.from('\u0000fr', 'latin1'));
    expect(subscriptions.wanted).toEqual(['tracks']);
  });

  it('is bounded, and garbage asks for nothing', () => {
    const subscriptions = new Subscriptions();
    subscriptions.take(new Uint8Array());
    subscriptions.take(Buffer.from('tracks/'));
    expect(subscriptions.wanted).toEqual([]);
    for (let number = 0; number < 1_001; number++) subscriptions.take(ask(`x${number}`));
    expect(subscriptions.wanted).toEqual(['tracks', 'detections', 'frames']);
  });
});

it('reads keys in Z85 as the specification has them', () => {
  // rfc.zeromq.org/spec/32, the test case.
  expect([...bytesOfZ85('HelloWorld')]).toEqual([0x86, 0x4f, 0xd2, 0x6f, 0xb5, 0x59, 0xf7, 0x5b]);
});

it.each([
  ['zmq+tcp://127.0.0.1:5556', undefined],
  ['zmq+ipc:///run/lineside/feed', undefined],
  ['zmq+tcp://127.0.0.1', 'names no address and port'],
  ['zmq+tcp://127.0.0.1:5556/x', 'has more than an address'],
  ['zmq+ipc://host/feed', 'names no absolute path'],
  [`zmq+ipc:///${'x'.repeat(120)}`, 'names no absolute path'],
])('the problem of %s is %s', (url, problem) => {
  expect(zeromqUrlProblem(url)).toEqual(problem === undefined ? undefined : expect.stringContaining(problem));
});

it.each([
  ['zmq+tcp://127.0.0.1:1', false],
  ['zmq+tcp://[::1]:1', false],
  ['zmq+ipc:///run/x', false],
  ['zmq+tcp://0.0.0.0:1', true],
  ['zmq+tcp://10.0.0.5:1', true],
  ['zmq+tcp://localhost:1', true],
  ['zmq+tcp://127.0.0.1.example.com:1', true],
  ['no url', true],
])('that other machines can reach %s is %s', (url, reachable) => {
  expect(isReachable(url)).toBe(reachable);
});
