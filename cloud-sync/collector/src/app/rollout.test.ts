import { writeFileSync } from 'node:fs';
import { symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { decode, Desired, encode, topicOf } from '@lineside/protocol';
import {
  addDevice,
  collectorHere,
  collectorYaml,
  type RunningCollector,
  startCollector,
} from '../../../../tests/support/collector.ts';
import { CollectorDevice } from '../../../../tests/support/collector-device.ts';
import { eventBody, JournalTwin } from '../../../../tests/support/journal-twin.ts';
import { SimulatedLine } from '../../../../tests/support/simulated-line.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { ReleasePublisher } from '../../../../tests/support/update-world.ts';
import { waitFor } from '../../../../tests/support/wait-for.ts';

/** Accounts and their tokens. */
const TOKENS = { anna: 'the-token-of-anna-for-tests', boris: 'the-token-of-boris-for-tests' } as const;

const DEVICES = ['line-1', 'line-2', 'line-3'];

let dir: TempDir;
let data: string;
let config: string;
let collector: RunningCollector;
let publisher: ReleasePublisher;
let passwords: Readonly<Record<string, string>>;
const devices = new Map<
  string,
  { readonly wire: CollectorDevice; readonly line: SimulatedLine; report(): Promise<void> }
>();

/** Connects a device that follows what is retained for it, and reports when it is asked to. */
async function connect(device: string): Promise<void> {
  const wire = await CollectorDevice.connect(device, collector.at.mqtt, passwords[device] ?? '');
  const line = devices.get(device)?.line ?? new SimulatedLine(device, { takesMs: 1000 });
  const report = async (): Promise<void> => {
    const topic = topicOf('reported', { device });
    await wire.client.publishAsync(topic, encode(line.reported(Date.now())), { qos: 1, retain: true });
  };
  wire.client.on('message', (topic, payload) => {
    if (topic === topicOf('desired', { device })) line.read(decode(Desired, payload), Date.now());
  });
  await wire.client.subscribeAsync(topicOf('desired', { device }), { qos: 1 });
  await wire.birth();
  devices.set(device, { wire, line, report });
}

interface Shown {
  readonly state: string;
  readonly reason: string | null;
  readonly lines: readonly { readonly device: string; readonly state: string; readonly deviceState: string | null }[];
  readonly history: readonly { readonly who: string; readonly action: string }[];
}

async function get<T>(path: string): Promise<T> {
  return (await (await fetch(`${collector.at.http}${path}`)).json()) as T;
}

/** Posts as one of the accounts; `undefined`: as nobody. */
async function post(
  path: string,
  body: object,
  who: keyof typeof TOKENS | undefined,
  headers: Readonly<Record<string, string>> = {},
) {
  const authorization = who === undefined ? {} : { authorization: `Bearer ${TOKENS[who]}` };
  const response = await fetch(`${collector.at.http}${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...authorization, ...headers },
    body: JSON.stringify(body),
  });
  return { status: response.status, body: (await response.json()) as { id?: string; state?: string; code?: string } };
}

/** All devices that are connected report until the rollout is as it should be. */
async function until(id: string, what: string, fits: (shown: Shown) => boolean): Promise<Shown> {
  return waitFor(
    what,
    async () => {
      for (const { report } of devices.values()) await report();
      const shown = await get<Shown>(`/api/v1/rollouts/${id}`);
      return fits(shown) && shown;
    },
    { withinMs: 40_000, everyMs: 300 },
  );
}

beforeAll(async () => {
  dir = await tempDir('collector-rollout-');
  data = dir.join('data');
  publisher = await ReleasePublisher.open(data);
  passwords = Object.fromEntries(
    await Promise.all(DEVICES.map(async (device) => [device, await addDevice(data, device)] as const)),
  );
  config = dir.join('collector.yaml');
  const people = Object.entries(TOKENS).map(([name, token]) => {
    writeFileSync(dir.join(name), `${token}\n`);
    return `{name: ${name}, token: "\${file:${dir.join(name)}}"}`;
  });
  const customers = 'customers: {acme: ["line-*"], rival: [other-1]}';
  writeFileSync(config, collectorYaml(`http: {listen: "127.0.0.1:0"}\n${customers}\npeople: [${people.join(', ')}]\n`));
  collector = await startCollector(config, data);
  await connect('line-1');
  await connect('line-2');
});
afterAll(async () => {
  for (const { wire } of devices.values()) await wire.close();
  await collector.stop();
  await dir[Symbol.asyncDispose]();
});

it('a release reaches lines through the broker, over a restart of the collector, and an offline line is not yet through', async () => {
  const target = await publisher.model('1.0.0');
  const started = await post(
    '/api/v1/rollouts',
    {
      ...{ target, soakMs: 500, success: 0.5 },
      groups: [
        { name: 'canary', devices: ['line-1'] },
        { name: 'rest', devices: ['*'] },
      ],
    },
    'anna',
  );
  expect(started).toMatchObject({ status: 201, body: { id: 'tiny-1.0.0', state: 'running' } });
  await until('tiny-1.0.0', 'the canary to be through', ({ lines }) => lines[0]?.state === 'committed');
  for (const { wire } of devices.values()) await wire.close();
  await collector.stop();
  collector = await startCollector(config, data);
  await connect('line-1');
  await connect('line-2');
  const there = await until('tiny-1.0.0', 'the rest', ({ lines }) => lines[1]?.state === 'committed');
  // The third one has never been connected: it has not got it, and the rollout is not over.
  expect(there).toMatchObject({ state: 'running', lines: [{}, {}, { device: 'line-3', state: 'offered' }] });
  const shown = await collectorHere('rollout', 'show', 'tiny-1.0.0', '--data', data, '--json');
  expect(JSON.parse(shown.stdout)).toMatchObject({ state: 'running', release: { target } });
  await connect('line-3');
  const done = await until('tiny-1.0.0', 'the end', ({ state }) => state === 'done');
  expect(done.history[0]).toMatchObject({ who: 'collector', action: 'done' });
  for (const { line } of devices.values()) expect(line.inForce).toEqual([target]);
});

it('people start, approve, pause and stop on the command line and over HTTP, and a page of another site cannot', async () => {
  const target = await publisher.model('1.1.0');
  const cli = async (who: string | undefined, ...args: string[]) => {
    const token = who === undefined ? [] : ['--token-file', dir.join(who)];
    const { code, stdout } = await collectorHere(
      'rollout',
      ...args,
      ...token,
      '--config',
      config,
      '--data',
      data,
      '--json',
    );
    return { code, ...(JSON.parse(stdout) as { id?: string; state?: string; error?: { code: string } }) };
  };
  const groups = ['--group', 'canary=line-1', '--group', 'rest=line-*', '--soak', '1h', '--approval', 'start'];
  expect(await cli('anna', 'start', 'models/acme/none-1.0.0.json', ...groups)).toMatchObject({
    ...{ code: 2, error: { code: 'release_unknown' } },
  });
  // A name alone is not enough where there are accounts, and neither is a token that nobody has.
  for (const [who, by] of [
    [undefined, 'anna'],
    ['boris', 'anna'],
    ['collector.yaml', 'anna'],
  ] as const) {
    expect(await cli(who, 'start', target, ...groups, '--by', by)).toMatchObject({
      ...{ code: 2, error: { code: 'person_missing' } },
    });
  }
  expect(await cli('anna', 'start', target, ...groups)).toMatchObject({
    ...{ code: 0, id: 'tiny-1.1.0', state: 'waiting_for_approval' },
  });
  const at = '/api/v1/rollouts/tiny-1.1.0';
  const same = { code: 'rollout_same_person' };
  expect(await post(`${at}/approve`, {}, 'anna')).toMatchObject({ status: 409, body: same });
  expect(await cli('anna', 'approve', 'tiny-1.1.0')).toMatchObject({ code: 2, error: same });
  // Another name does not make another person.
  expect(await post(`${at}/approve`, { by: 'boris' }, 'anna')).toMatchObject({ status: 400 });
  const nobody = { status: 403, body: { code: 'person_unproven' } };
  expect(await post(`${at}/approve`, { by: 'boris' }, undefined)).toMatchObject(nobody);
  const wrong = { authorization: 'Bearer not-the-token-of-boris' };
  expect(await post(`${at}/approve`, { by: 'boris' }, undefined, wrong)).toMatchObject(nobody);
  expect(await post(`${at}/approve`, {}, 'boris', { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
  expect((await get<{ state: string }>(at)).state).toBe('waiting_for_approval');
  expect(await post(`${at}/approve`, {}, 'boris')).toMatchObject({ status: 200, body: { state: 'running' } });
  await until('tiny-1.1.0', 'the canary to be through', ({ lines }) => lines[0]?.state === 'committed');
  expect(await cli('boris', 'pause', 'tiny-1.1.0')).toMatchObject({ code: 0, state: 'paused' });
  expect(await cli('boris', 'stop', 'tiny-1.1.0', '--reason', 'enough')).toMatchObject({ code: 0, state: 'stopped' });
  const { history } = await get<Shown>(at);
  expect(history.filter(({ who }) => who !== 'collector').map(({ who, action }) => `${who} ${action}`)).toEqual(
    expect.arrayContaining(['anna created', 'boris approve', 'boris pause', 'boris stopped']),
  );
  const listed = await get<{ items: { id: string; state: string; reason: string | null }[] }>('/api/v1/rollouts');
  expect(listed.items.map(({ id, state, reason }) => [id, state, reason])).toEqual([
    ['tiny-1.1.0', 'stopped', 'enough'],
    ['tiny-1.0.0', 'done', null],
  ]);
  expect(await post('/api/v1/rollouts/nothing/stop', {}, 'boris')).toMatchObject({ status: 404 });
});

it('devices fetch the repository with their credential, in parts, and nothing beside it', async () => {
  const target = await publisher.model('2.0.0', { filler: 50_000 });
  const base = `${collector.at.http}/releases`;
  const basic = (user: string, password: string): string =>
    `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const authorization = basic('line-2', passwords['line-2'] ?? '');
  const ask = async (path: string, headers: Readonly<Record<string, string>> = {}) => {
    const response = await fetch(`${base}/${path}`, { headers: { authorization, ...headers } });
    const bytes = Buffer.from(await response.arrayBuffer());
    return { status: response.status, headers: response.headers, bytes };
  };
  expect((await fetch(`${base}/metadata/timestamp.json`)).status).toBe(401);
  expect((await ask('metadata/timestamp.json', { authorization: basic('line-2', 'wrong') })).status).toBe(401);
  const timestamp = await ask('metadata/timestamp.json');
  expect(timestamp.status).toBe(200);
  expect(timestamp.headers.get('cache-control')).toBe('no-cache');
  const etag = timestamp.headers.get('etag') ?? '';
  expect((await ask('metadata/timestamp.json', { 'if-none-match': etag })).status).toBe(304);
  await publisher.model('2.0.1');
  expect((await ask('metadata/timestamp.json', { 'if-none-match': etag })).status).toBe(200);

  const { sha256, document } = await publisher.document(target);
  const slash = target.lastIndexOf('/') + 1;
  const targetFile = await ask(`targets/${target.slice(0, slash)}${sha256}.${target.slice(slash)}`);
  expect(targetFile.bytes.toString('utf8')).toBe(document);
  const notes = (JSON.parse(document) as { files: { path: string; sha256: string; bytes: number }[] }).files.find(
    ({ path }) => path === 'notes.txt',
  );
  const file = `files/${notes?.sha256.slice(0, 2)}/${notes?.sha256}`;
  const whole = await ask(file);
  expect([whole.status, whole.bytes.length, whole.headers.get('etag')]).toEqual([200, 50_000, `"${notes?.sha256}"`]);
  const rest = await ask(file, { range: 'bytes=49000-', 'if-range': `"${notes?.sha256}"` });
  expect([rest.status, rest.headers.get('content-range')]).toEqual([206, 'bytes 49000-49999/50000']);
  expect(rest.bytes).toEqual(whole.bytes.subarray(49_000));
  // Of another file all is sent, from the beginning.
  expect((await ask(file, { range: 'bytes=49000-', 'if-range': '"another"' })).status).toBe(200);
  expect((await ask(file, { range: 'bytes=50000-' })).status).toBe(416);

  await symlink(join(publisher.folder.path, 'release.json'), publisher.folder.metadata('link.json'));
  for (const path of [
    'metadata/link.json',
    'metadata/..%2F..%2F',
    'metadata/%2e%2e/%2e%2e/keys',
    '..%2F',
    'files/../../release.json',
    `files/aa/${notes?.sha256}`,
    'metadata',
    'metadata/',
    'metadata/.hidden',
    'metadata/timestamp.json%00',
    'metadata/timestamp.json?x',
    'keys/root.pem',
    'release.json',
    '',
  ]) {
    expect([path, (await ask(path)).status]).toEqual([path, 404]);
  }
});

it('a device reads no releases of a customer that is not its own', async () => {
  const target = await publisher.model('2.1.0');
  const { sha256 } = await publisher.document(target);
  const slash = target.lastIndexOf('/') + 1;
  const document = `targets/${target.slice(0, slash)}${sha256}.${target.slice(slash)}`;
  const theirs = await addDevice(data, 'other-1');
  const statuses = async (device: string, password = '', ...names: readonly string[]): Promise<readonly number[]> => {
    const authorization = `Basic ${Buffer.from(`${device}:${password}`).toString('base64')}`;
    const all = names.map((name) => fetch(`${collector.at.http}/releases/${name}`, { headers: { authorization } }));
    return (await Promise.all(all)).map(({ status }) => status);
  };
  const names = ['metadata/timestamp.json', 'metadata/1.root.json', 'metadata/1.acme.json', document] as const;
  expect(await statuses('line-2', passwords['line-2'], ...names)).toEqual([200, 200, 200, 200]);
  expect(await statuses('other-1', theirs, ...names)).toEqual([200, 200, 404, 404]);
});

it('a person marks an event over HTTP, and a page of another site cannot', async () => {
  const journal = new JournalTwin('line-2');
  const body = eventBody({ snapshot: 'a'.repeat(64) });
  journal.append('event', body);
  const wire = devices.get('line-2')?.wire;
  await wire?.send(journal.batch());
  await wire?.acked(({ upto }) => upto === 1);
  const at = `/api/v1/events/line-2/${body.event}/review`;
  expect(await post(at, { verdict: 'false_alarm' }, 'anna', { 'sec-fetch-site': 'cross-site' })).toMatchObject({
    status: 403,
  });
  expect(await post(at, { verdict: 'false_alarm', by: 'anna' }, undefined)).toMatchObject({ status: 403 });
  expect(await post(at, { verdict: 'missed' }, 'anna')).toMatchObject({
    status: 400,
    body: { code: 'review_invalid' },
  });
  expect(await post(at.replace('line-2', 'line-1'), { verdict: 'true' }, 'anna')).toMatchObject({ status: 404 });
  expect(await post(at, { verdict: 'false_alarm', note: 'a reflection' }, 'anna')).toMatchObject({ status: 201 });
  const { items } = await get<{ items: object[] }>('/api/v1/reviews');
  expect(items).toMatchObject([{ verdict: 'false_alarm', who: 'anna', details: { note: 'a reflection' } }]);
});
