import { writeFileSync } from 'node:fs';
import mqtt from 'mqtt';
import { CollectorState, decode, topicOf } from '@lineside/protocol';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { CollectorDevice } from '../../../../tests/support/collector-device.ts';
import { collectorYaml, spawnCollector } from '../../../../tests/support/collector.ts';
import { JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { startMosquitto, type Mosquitto } from '../../../../tests/support/mosquitto.ts';
import { POSTGRES_PASSWORD, TestPostgres } from '../../../../tests/support/postgres.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';
import { verifyChains, type Finding, type StreamRow } from '../records/index.ts';
import { PostgresStore } from '../store/index.ts';

const BATCH = 20;

let server: TestPostgres;
let broker: Mosquitto;
let dir: TempDir;
let database: string;
let config: string;
let running: Awaited<ReturnType<typeof spawnCollector>>[] = [];

beforeAll(async () => {
  server = await TestPostgres.start();
});
afterAll(async () => server[Symbol.asyncDispose]());

beforeEach(async () => {
  dir = await tempDir('collector-cluster-');
  broker = await startMosquitto();
  database = await server.database();
  config = dir.join('collector.yaml');
  writeFileSync(dir.join('password'), `${POSTGRES_PASSWORD}\n`);
  const more = `broker: ${broker.url}\nstore: "${storeUrl()}"\nhttp: {listen: "127.0.0.1:0"}\n`;
  writeFileSync(config, collectorYaml(more));
});

afterEach(async () => {
  for (const { process } of running) await process[Symbol.asyncDispose]();
  running = [];
  await broker[Symbol.asyncDispose]();
  await dir[Symbol.asyncDispose]();
});

function storeUrl(): string {
  return `postgres://${server.user}:\${file:${dir.join('password')}}@127.0.0.1:${server.port}/${database}`;
}

async function start(name: string) {
  const collector = await spawnCollector(config, dir.join(name));
  running.push(collector);
  await waitFor(`${name} to be healthy`, async () => (await fetch(`${collector.at.http}/healthz`)).ok, {
    withinMs: 30_000,
  });
  return collector;
}

/** What devices hear of the collectors, in order. */
async function presence(): Promise<CollectorState[]> {
  const heard: CollectorState[] = [];
  const client = mqtt.connect(broker.url, { protocolVersion: 5 });
  client.on('message', (_topic, payload) => heard.push(decode(CollectorState, payload)));
  await client.subscribeAsync(topicOf('collectorState'), { qos: 1 });
  running.push({ process: { [Symbol.asyncDispose]: async () => client.endAsync(true) } } as never);
  return heard;
}

/** Sends from the lowest number that is not acked, a window at a time, as an appliance does. */
async function pump(device: CollectorDevice, journal: JournalTwin, stop: AbortSignal): Promise<void> {
  while (!stop.aborted) {
    const acked = ackedUpTo(device);
    if (acked + BATCH * 8 > journal.records.length) journal.appendEvents(BATCH);
    for (let from = acked + 1; from <= journal.records.length && from <= acked + BATCH * 8; from += BATCH) {
      void device.send(journal.batch(from, Math.min(from + BATCH - 1, journal.records.length))).catch(() => undefined);
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

function ackedUpTo(device: CollectorDevice): number {
  return device.acks.reduce((highest, { upto }) => Math.max(highest, upto), 0);
}

async function stored(): Promise<{ findings: Finding[]; streams: readonly StreamRow[] }> {
  const store = await PostgresStore.open({ ...server.address(database), tls: false, connections: 2 });
  const findings: Finding[] = [];
  for await (const finding of verifyChains(store.chains)) findings.push(finding);
  const streams = await store.records.streams();
  await store.close();
  return { findings, streams };
}

async function recordsTaken(url: string): Promise<number> {
  const stats = (await (await fetch(`${url}/api/v1/stats`)).json()) as { process: { batches: number } };
  return stats.process.batches;
}

describe('collectors on one broker and one database', () => {
  it('share the work, and lose nothing when one is killed', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const heard = await presence();
    const journal = new JournalTwin('line-1');
    const device = await CollectorDevice.connect('line-1', broker.url, 'any');
    const stop = new AbortController();
    const pumping = pump(device, journal, stop.signal);
    await waitFor('both to take batches', async () => {
      const taken = await Promise.all([a, b].map(async ({ at }) => recordsTaken(at.http)));
      return taken.every((count) => count > 2);
    });
    const before = ackedUpTo(device);
    await a.process.killHard();
    await waitFor('the other to go on', () => ackedUpTo(device) > before + BATCH * 20);
    await start('c');
    const third = ackedUpTo(device);
    await waitFor('all to go on', () => ackedUpTo(device) > third + BATCH * 20);
    stop.abort();
    await pumping;
    const promised = ackedUpTo(device);
    await device.close();
    // What was on its way when the pump stopped may still be coming in.
    const { streams } = await waitFor('the last to be committed, with nothing wrong', async () => {
      const now = await stored();
      return now.findings.length === 0 && now;
    });
    const [row] = streams;
    expect(row?.upto).toBeGreaterThanOrEqual(promised);
    expect(row).toMatchObject({ declaredLost: 0, stored: row?.highest, head: journal.heads[row?.highest ?? 0] });
    expect(new Set(heard.map(({ session }) => session)).size).toBe(1);
    expect(heard.at(-1)).toMatchObject({ online: true });
  });

  it('announce that none is available only when the last one stops', async () => {
    const [a, b] = [await start('a'), await start('b')];
    const heard = await presence();
    await waitFor('presence', () => heard.some(({ online }) => online));
    // Each must have read in the database that the other is at work.
    await new Promise((resolve) => setTimeout(resolve, 2500));
    a.process.kill('SIGTERM');
    expect(await a.process.waitForExit()).toEqual({ code: 0, signal: null });
    expect(heard.every(({ online }) => online)).toBe(true);
    const device = await CollectorDevice.connect('line-1', broker.url, 'any');
    await device.send(new JournalTwin('line-1').appendEvents(2).batch());
    await device.acked(({ upto }) => upto === 2);
    await device.close();
    await new Promise((resolve) => setTimeout(resolve, 2500));
    b.process.kill('SIGTERM');
    expect(await b.process.waitForExit()).toEqual({ code: 0, signal: null });
    await waitFor('the goodbye', () => heard.at(-1)?.online === false);
  });

  it('are not delayed by devices that join a shared subscription, with access control at the broker or without', async () => {
    const strict = await startMosquitto({
      users: { collector: 'c', 'line-1': 'one', 'line-2': 'two' },
      acl: [
        'user collector',
        'topic readwrite lineside/v1/#',
        'pattern write lineside/v1/%u/up/#',
        'pattern readwrite lineside/v1/%u/state',
        'pattern read lineside/v1/%u/down/#',
        'pattern read lineside/v1/collector/state',
      ].join('\n'),
    });
    for (const at of [broker, strict]) {
      writeFileSync(dir.join('broker-password'), 'c');
      const access =
        at === strict ? `mqtt: {username: collector, password: "\${file:${dir.join('broker-password')}}"}\n` : '';
      writeFileSync(config, `broker: ${at.url}\nstore: "${storeUrl()}"\nhttp: {listen: "127.0.0.1:0"}\n${access}`);
      const hostile = await mqtt.connectAsync(at.url, { protocolVersion: 5, username: 'line-2', password: 'two' });
      const join = async (): Promise<void> => {
        const groups = ['lineside-collectors', 'lineside-collectors-0', 'collector'];
        await hostile.subscribeAsync(
          groups.map((group) => `$share/${group}/lineside/v1/+/up/+`),
          { qos: 1 },
        );
      };
      await join();
      await start(at === strict ? 'strict' : 'open');
      await join();
      const name = at === strict ? 'line-1' : 'line-0';
      const device = await CollectorDevice.connect(name, at.url, 'one');
      const journal = new JournalTwin(name).appendEvents(30);
      // Nothing is sent a second time here: a batch that another client received would stay missing.
      for (let seq = 1; seq <= 30; seq += 1) await device.send(journal.batch(seq, seq));
      await device.acked(({ upto }) => upto === 30);
      await device.close();
      await hostile.endAsync(true);
    }
    for (const { process } of running.splice(0)) await process[Symbol.asyncDispose]();
    await strict[Symbol.asyncDispose]();
  });

  it('acknowledge nothing while the database does not answer, announce that, and continue when it does', async () => {
    const a = await start('a');
    const heard = await presence();
    const device = await CollectorDevice.connect('line-1', broker.url, 'any');
    const journal = new JournalTwin('line-1').appendEvents(4);
    await device.send(journal.batch(1, 2));
    await device.acked(({ upto }) => upto === 2);
    await server.stop();
    await device.send(journal.batch(3, 4));
    const answer = await waitFor('the health to fail', async () => {
      const response = await fetch(`${a.at.http}/healthz`);
      return response.status === 503 && ((await response.json()) as { problems: string[] });
    });
    expect(answer.problems.join()).toMatch(/the store does not answer/);
    await waitFor('devices to hear it', () => heard.at(-1)?.online === false);
    expect(ackedUpTo(device)).toBe(2);
    await server.restart();
    await waitFor('devices to hear it', () => heard.at(-1)?.online === true, { withinMs: 30_000 });
    await device.send(journal.batch(3, 4));
    await device.acked(({ upto }) => upto === 4);
    await device.close();
    expect((await stored()).findings).toEqual([]);
  });
});
