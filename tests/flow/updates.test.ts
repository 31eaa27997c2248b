import { createHash } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { isDeepStrictEqual } from 'node:util';
import {
  chainStart,
  MAX_REVISION_STEP,
  readCarriedBatch,
  readCarriedReport,
  Reported,
  topicOf,
} from '@lineside/protocol';
import mqtt from 'mqtt';
import { expect, it } from 'vitest';
import { z } from 'zod';
import {
  addModel,
  exportRepository,
  initRepository,
  publish,
  ReleaseFolder,
} from '../../cloud-sync/collector/src/release/index.ts';
import { configure, startAppliance } from '../support/appliance.ts';
import { blinking } from '../support/blinking.ts';
import { runHere } from '../support/lineside.ts';
import { type Mosquitto, startMosquitto } from '../support/mosquitto.ts';
import { tempDir } from '../support/temp-dir.ts';
import { waitFor } from '../support/wait-for.ts';
import { brightBlobDetector, writeTinyBundle } from '../support/tiny-onnx.ts';

const Answer = z.object({
  models: z.record(z.string(), z.object({ version: z.string().nullable() })),
  history: z.array(z.object({ state: z.string(), version: z.string().optional() })),
});

it('models come to a running line from a stick, are tried on its cameras, and the one before comes back', async () => {
  await using dir = await tempDir();
  const folder = new ReleaseFolder(dir.join('releases'));
  await initRepository(folder, { customers: ['acme', 'rival'], env: {}, nowMs: Date.now() });
  const stick = async (version: string): Promise<string> => {
    const work = { folder, settings: await folder.settings(), env: {}, nowMs: Date.now() };
    const model = brightBlobDetector({ size: 32, cell: 8 });
    const bundle = await writeTinyBundle(dir.join(`lamp-${version}`), model, { id: 'lamp', size: 32, labels: ['lit'] });
    const text = await readFile(`${bundle}/manifest.json`, 'utf8');
    await writeFile(`${bundle}/manifest.json`, text.replace('"1.0.0"', `"${version}"`));
    await addModel(work, bundle, { customer: 'acme' });
    if (version === '1.0.0') await addModel(work, bundle, { customer: 'rival' });
    await publish(work);
    await exportRepository(work, dir.join('stick'), { customer: 'acme' });
    return dir.join('stick');
  };
  const data = dir.join('data');
  await using broker = await startMosquitto();
  const config = await configure(dir.join('line.yaml'), {
    device: 'line-1',
    cameras: [{ id: 'one', url: blinking(), fps: 10, models: ['lamp'] }],
    models: [{ id: 'lamp', ref: 'lamp' }],
    updates: {
      ...{ root: folder.metadata('1.root.json'), customer: 'acme', repository: folder.public },
      ...{ trial: '5s', shadow: { results: 50 } },
    },
    uplink: { broker: broker.url },
    status: { listen: '127.0.0.1:0' },
  });
  const run = async (code: number, ...args: string[]): Promise<string> => {
    const done = await runHere([...args, '--data', data, '--json']);
    expect({ args, code: done.code, stderr: done.stderr }, done.stdout).toEqual({ args, code, stderr: '' });
    return done.stdout;
  };
  const versions = async () => {
    const { models, history } = Answer.parse(JSON.parse(await run(0, 'update', 'status')));
    return [models['lamp']?.version, ...history.map(({ state, version }) => `${version} ${state}`)];
  };
  await using line = await startAppliance({ config, data });
  const update = async (version: string) => {
    const [over = '', carried = ''] = (await run(0, 'update', '--from', await stick(version))).split('\n');
    return { over: JSON.parse(over) as unknown, carried: JSON.parse(carried) as unknown };
  };
  // Without the model nothing is inspected; the first update ends that.
  expect((await update('1.0.0')).over).toMatchObject({ state: 'committed' });
  await line.inspects(['one'], 1);
  const { over, carried } = await update('1.1.0');
  expect(over).toMatchObject({ state: 'committed' });
  await expectCarried(dir.join('stick/from-devices/line-1'), carried);
  expect(await versions()).toEqual(['1.1.0', '1.1.0 committed', '1.0.0 committed']);
  await expectNothingFrom(broker, {
    inUse: async () => (await versions())[0],
    malformed: async () => {
      const text = await (await fetch(new URL('/metrics', line.page))).text();
      return Number(/^lineside_link_refused_total\{.*reason="malformed".*\} (\d+)$/m.exec(text)?.[1] ?? 0);
    },
  });
  expect(JSON.parse(await run(0, 'model', 'rollback', 'lamp'))).toMatchObject({ state: 'rolled_back' });
  expect((await versions())[0]).toBe('1.0.0');
  await line.inspects(['one'], 1);
  await line.stop();
});

/** Whoever may write to the broker can name releases, and no more: each is refused and reported, and 1.1.0 stays. */
async function expectNothingFrom(
  broker: Mosquitto,
  { inUse, malformed }: { inUse(): Promise<unknown>; malformed(): Promise<number> },
): Promise<void> {
  const hostile = await mqtt.connectAsync(broker.url, { protocolVersion: 5 });
  let said: Reported | undefined;
  hostile.on('message', (_topic, payload) => (said = Reported.parse(JSON.parse(payload.toString()))));
  await hostile.subscribeAsync(topicOf('reported', { device: 'line-1' }), { qos: 1 });
  const desire = async (payload: unknown): Promise<void> => {
    const text = typeof payload === 'string' ? payload : JSON.stringify(payload);
    await hostile.publishAsync(topicOf('desired', { device: 'line-1' }), text, { qos: 1, retain: true });
  };
  const reference = (target: string) => ({ target, bytes: 10, sha256: 'a'.repeat(64) });
  const naming = (revision: number, target: string) => ({ v: 1, revision, t: 0, models: { lamp: reference(target) } });
  const refused: readonly (readonly [target: string, code: string])[] = [
    ['models/acme/lamp-9.9.9.json', 'update_target_unknown'],
    ['models/rival/lamp-1.0.0.json', 'update_target_foreign'],
    ['models/acme/lamp-1.0.0.json', 'update_target_older'],
    ['state.json', 'update_target_foreign'],
  ];
  const expectRefused = async (revision: number, [target, code]: readonly [target: string, code: string]) => {
    await desire(naming(revision, target));
    const state = await waitFor(`${target} to be refused`, () => {
      if (said?.desired?.revision !== revision || said.desired.state === 'waiting') return false;
      const one = said.updates?.updates.find((update) => update.target === target && update.reason?.code === code);
      return one !== undefined && { whole: said.desired.state, reason: said.desired.reason, one: one.state };
    });
    expect(state).toMatchObject({ whole: 'failed', one: 'failed', reason: expect.stringContaining(target) });
    expect(said?.updates?.models).toMatchObject({ lamp: { version: '1.1.0' } });
  };
  for (const [index, one] of refused.entries()) await expectRefused(100 + index, one);
  // What is no document at all, leads out of the repository, or names a configuration that nobody takes here.
  await desire('{"v": 1, "revision": 200, ');
  await desire(naming(201, '../../etc/passwd'));
  await desire({ v: 1, revision: 202, t: 0, models: 'x'.repeat(100_000) });
  // An older one than was seen.
  await desire(naming(50, 'models/acme/lamp-1.0.0.json'));
  await waitFor('the older document to be refused', () => said?.desired?.refused?.revision === 50);
  expect(said?.desired).toMatchObject({ revision: 103, state: 'failed' });
  expect(said?.updates?.updates.filter(({ state }) => state === 'committed')).toMatchObject([
    { target: 'models/acme/lamp-1.1.0.json' },
  ]);
  // Numbers that no revision can have are no documents; the highest that one can have is refused like any other, and shuts nothing out.
  const before = await malformed();
  const beyond = ['9007199254740992', '1e300', '1e999', '-1', '0', '1.5', '"104"'];
  for (const revision of beyond) await desire(JSON.stringify(naming(0, 'state.json')).replace(':0,', `:${revision},`));
  await waitFor('them to be counted as malformed', async () => (await malformed()) === before + beyond.length);
  const highest = Number.MAX_SAFE_INTEGER;
  await expectRefused(highest, ['models/acme/lamp-9.9.8.json', 'update_target_unknown']);
  const floor = 103 + MAX_REVISION_STEP;
  expect(said?.desired).toMatchObject({ revision: highest, floor });
  await desire(naming(104, 'models/acme/lamp-1.0.0.json'));
  await waitFor('what is below the floor to be refused', () => said?.desired?.refused?.revision === 104);
  await expectRefused(floor + 1, ['models/acme/lamp-9.9.7.json', 'update_target_unknown']);
  await desire(naming(floor + 2, 'models/acme/lamp-1.1.0.json'));
  const inForce = { revision: floor + 2, state: 'committed' };
  await waitFor('what is in force to be reported', () => isDeepStrictEqual(said?.desired, inForce));
  expect(await inUse()).toBe('1.1.0');
  await hostile.endAsync();
}

/** What the stick takes back is what the collector would have been sent, complete and in one chain. */
async function expectCarried(folder: string, said: unknown): Promise<void> {
  const report = readCarriedReport(await readFile(`${folder}/report.json`));
  const media = { files: 0, bytes: 0, left: 0 };
  expect(said).toEqual({ carried: { folder, records: report.records, left: 0, media } });
  expect(report).toMatchObject({
    ...{ device: 'line-1', left: 0, state: { online: false } },
    updates: { models: { lamp: { version: '1.1.0' } } },
  });
  const journal = await readFile(`${folder}/journal.jsonl`);
  expect(report.journal).toEqual({
    sha256: createHash('sha256').update(journal).digest('hex'),
    bytes: journal.byteLength,
  });
  const lines = journal.toString().trimEnd().split('\n');
  expect(lines).toHaveLength(report.batches);
  const ends = new Map<string, { readonly to: number; readonly head: string }>();
  let records = 0;
  for (const line of lines) {
    const { batch } = readCarriedBatch('line-1', Buffer.from(line));
    const { stream, from, to, prev, head, ev, epoch } = batch;
    expect(epoch).toBe(report.state.epoch);
    expect({ from, prev }).toEqual({
      from: (ends.get(stream)?.to ?? 0) + 1,
      prev: ends.get(stream)?.head ?? chainStart('line-1', epoch, stream),
    });
    ends.set(stream, { to, head });
    records += ev.length;
  }
  expect(records).toBe(report.records);
  expect([...ends.keys()]).toContain('audit');
  expect(() => readCarriedBatch('line-2', Buffer.from(lines[0] ?? ''))).toThrow('another device');
}
