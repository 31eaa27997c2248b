import { createHash } from 'node:crypto';
import { chainStart, readCarriedBatch, readCarriedReport } from '@lineside/protocol';
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
import { tempDir } from '../support/temp-dir.ts';
import { brightBlobDetector, writeTinyBundle } from '../support/tiny-onnx.ts';
import { readFile, writeFile } from 'node:fs/promises';

const Answer = z.object({
  models: z.record(z.string(), z.object({ version: z.string().nullable() })),
  history: z.array(z.object({ state: z.string(), version: z.string().optional() })),
});

it('models come to a running line from a stick, are tried on its cameras, and the one before comes back', async () => {
  await using dir = await tempDir();
  const folder = new ReleaseFolder(dir.join('releases'));
  await initRepository(folder, { customers: ['acme'], env: {}, nowMs: Date.now() });
  const stick = async (version: string): Promise<string> => {
    const work = { folder, settings: await folder.settings(), env: {}, nowMs: Date.now() };
    const model = brightBlobDetector({ size: 32, cell: 16 });
    const bundle = await writeTinyBundle(dir.join(`lamp-${version}`), model, { id: 'lamp', size: 32, labels: ['lit'] });
    const text = await readFile(`${bundle}/manifest.json`, 'utf8');
    await writeFile(`${bundle}/manifest.json`, text.replace('"1.0.0"', `"${version}"`));
    await addModel(work, bundle, { customer: 'acme' });
    await publish(work);
    await exportRepository(work, dir.join('stick'), { customer: 'acme' });
    return dir.join('stick');
  };
  const data = dir.join('data');
  const config = await configure(dir.join('line.yaml'), {
    device: 'line-1',
    cameras: [{ id: 'one', url: blinking(), fps: 5, models: ['lamp'] }],
    models: [{ id: 'lamp', ref: 'lamp' }],
    updates: { root: folder.metadata('1.root.json'), customer: 'acme', trial: '5s', shadow: { results: 50 } },
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
  expect(JSON.parse(await run(0, 'model', 'rollback', 'lamp'))).toMatchObject({ state: 'rolled_back' });
  expect((await versions())[0]).toBe('1.0.0');
  await line.inspects(['one'], 1);
  await line.stop();
});

/** What the stick takes back is what the collector would have been sent, complete and in one chain. */
async function expectCarried(folder: string, said: unknown): Promise<void> {
  const report = readCarriedReport(await readFile(`${folder}/report.json`));
  expect(said).toEqual({ carried: { folder, records: report.records, left: 0 } });
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
