import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { curveKeyPair } from 'zeromq';
import { z } from 'zod';
import { Appliance, configure } from '../support/appliance.ts';
import { blinking, brightModel, brightRule } from '../support/blinking.ts';
import { freePort } from '../support/free-port.ts';
import { FROM_SOURCE, NODE, startProcess, type TestProcess } from '../support/processes.ts';
import { type TempDir, tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';

const MAIN = fileURLToPath(new URL('../../edge/src/cli/index.ts', import.meta.url));
const CONSUMER = fileURLToPath(new URL('../../docs/examples/feed_consumer.py', import.meta.url));
/** Debian's, for its python3-zmq. */
const PYTHON = '/usr/bin/python3';

const Line = z.object({ topic: z.string(), lost: z.number(), message: z.record(z.string(), z.unknown()) });
type Line = z.infer<typeof Line>;
const Feeds = z.object({
  feeds: z.tuple([
    z.object({
      ...{ connected: z.boolean(), clients: z.number(), ended: z.number(), stalls: z.number() },
      ...{ sent: z.record(z.string(), z.number()), refused: z.record(z.string(), z.number()) },
    }),
  ]),
  feedsLeftOut: z.record(z.string(), z.number()),
});

/** What the example has printed: of a long run, the newest. */
const linesOf = ({ stdout }: TestProcess): readonly Line[] =>
  stdout
    .split('\n')
    .filter((text) => text.startsWith('{') && text.endsWith('}'))
    .map((text) => Line.parse(JSON.parse(text)));

describe('a complete line with a feed under CURVE, and the example consumer in Python', () => {
  const resources = new AsyncDisposableStack();
  const [own, known, unknown] = [curveKeyPair(), curveKeyPair(), curveKeyPair()];
  let dir: TempDir;
  let line: Appliance;
  let address: string;
  let consumer: TestProcess;

  const consume = async ({ publicKey, secretKey }: typeof known): Promise<TestProcess> => {
    const keys = [`--server-key=${own.publicKey}`, `--public-key=${publicKey}`, `--secret-key=${secretKey}`];
    return resources.use(await startProcess(PYTHON, [CONSUMER, address, ...keys]));
  };
  const feedNow = async (): Promise<z.infer<typeof Feeds>> =>
    Feeds.parse(await (await fetch(new URL('/api/v1/status', line.page))).json());
  const found = (topic: string, since = 0): Line | undefined =>
    linesOf(consumer).findLast((one) => one.topic === topic && Number(one.message['atMs']) >= since);

  beforeAll(async () => {
    dir = resources.use(await tempDir('lineside-feed-line-'));
    address = `tcp://127.0.0.1:${await freePort()}`;
    const config = await configure(dir.join('lineside.yaml'), {
      device: 'line-1',
      cameras: [{ id: 'good', url: blinking(), fps: 5, models: ['bright'] }],
      models: [await brightModel(dir.path)],
      rules: [brightRule('good')],
      feeds: [
        {
          ...{ id: 'programs', url: `zmq+${address}` },
          zeromq: { secretKey: '${env:FEED_KEY}', clients: [known.publicKey] },
        },
      ],
      status: { listen: '127.0.0.1:0' },
    });
    const args = [...FROM_SOURCE, MAIN, 'run', '--config', config, '--data', dir.join('data'), '--json'];
    const started = resources.use(await startProcess(NODE, args, { env: { FEED_KEY: own.secretKey } }));
    await started.waitForLine(/^\{"ready":true.*\}$/, 60_000);
    line = new Appliance(started);
    await waitFor('the feed', async () => (await feedNow()).feeds[0].connected, { withinMs: 30_000 });
    consumer = await consume(known);
  });

  afterAll(() => resources.disposeAsync());

  it('gives a consumer whose key is known the detections and the events of the line', async () => {
    const seen = await waitFor(
      'detections of a light',
      () => {
        const detections = linesOf(consumer).filter(({ topic }) => topic === 'detections/good/bright');
        return detections.find(({ message }) => JSON.stringify(message['detections']) !== '[]');
      },
      { withinMs: 30_000 },
    );
    expect(seen.message).toMatchObject({ v: 1, device: 'line-1', camera: 'good', model: 'bright', status: 'ok' });
    expect(seen.message['detections']).toMatchObject([
      { label: 'defect', box: [expect.any(Number), expect.any(Number), expect.any(Number), expect.any(Number)] },
    ]);
    const opened = await waitFor('an event that opens', () => found('events/good'), { withinMs: 30_000 });
    expect(opened.message).toMatchObject({ kind: 'quality_issue', rule: 'light-good', label: 'defect' });
    // It is in the journal too.
    const events = z.object({ events: z.array(z.object({ event: z.string() })) });
    await waitFor('the event in the journal', async () => {
      const answer = events.parse(await (await fetch(new URL('/api/v1/events', line.page))).json());
      return answer.events.some(({ event }) => event === opened.message['event']);
    });
    await waitFor('the health of the line', () => found('health')?.message['healthy'] === true, { withinMs: 30_000 });
    expect(linesOf(consumer).filter(({ lost }) => lost > 0)).toEqual([]);
  });

  it('gives one with another key nothing, and counts it', async () => {
    const stranger = await consume(unknown);
    await waitFor('a refusal', async () => (await feedNow()).feeds[0].refused['unknown_key'], { withinMs: 30_000 });
    expect(stranger.stdout).toBe('');
    await stranger[Symbol.asyncDispose]();
    await waitFor('only one to be connected', async () => (await feedNow()).feeds[0].clients === 1);
  });

  it('goes on inspecting while the consumer is stopped, cuts it off, counts that, and the consumer sees its gap', async () => {
    const before = await feedNow();
    const inspected = (await line.status()).cameras[0]?.models[0]?.counters.inspected ?? 0;
    consumer.freeze();
    await waitFor('the consumer to be cut off', async () => (await feedNow()).feeds[0].clients === 0, {
      withinMs: 60_000,
    });
    await line.inspects(['good'], 5);
    const counters = (await line.status()).cameras[0]?.models[0]?.counters;
    expect(counters?.inspected).toBeGreaterThan(inspected + 5);
    expect(counters?.failed).toEqual({});
    const { feeds, feedsLeftOut } = await feedNow();
    expect(feeds[0].ended).toBeGreaterThan(before.feeds[0].ended);
    expect(feedsLeftOut).toEqual({});
    const metrics = await (await fetch(new URL('/metrics', line.page))).text();
    const counted = /^lineside_feed_connections_ended_total\{feed="programs"\} (\d+)$/m.exec(metrics)?.[1];
    expect(Number(counted)).toBeGreaterThanOrEqual(feeds[0].ended);
    const sentMeanwhile = feeds[0].sent['health'] ?? 0;
    await waitFor('more reports', async () => ((await feedNow()).feeds[0].sent['health'] ?? 0) > sentMeanwhile + 2);
    const thawedMs = Date.now();
    consumer.thaw();
    await waitFor(
      'the consumer to read on',
      () => found('health', thawedMs) && found('detections/good/bright', thawedMs),
      {
        withinMs: 30_000,
      },
    );
    const lost = linesOf(consumer).filter(({ topic, lost: count }) => topic === 'health' && count > 0);
    expect(lost.length).toBeGreaterThan(0);
  });
});
