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
    updates: { root: folder.metadata('1.root.json'), customer: 'acme', trial: '5s' },
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
  // Without the model nothing is inspected; the first update ends that.
  expect(JSON.parse(await run(0, 'update', '--from', await stick('1.0.0')))).toMatchObject({ state: 'committed' });
  await line.inspects(['one'], 1);
  expect(JSON.parse(await run(0, 'update', '--from', await stick('1.1.0')))).toMatchObject({ state: 'committed' });
  expect(await versions()).toEqual(['1.1.0', '1.1.0 committed', '1.0.0 committed']);
  expect(JSON.parse(await run(0, 'model', 'rollback', 'lamp'))).toMatchObject({ state: 'rolled_back' });
  expect((await versions())[0]).toBe('1.0.0');
  await line.inspects(['one'], 1);
  await line.stop();
});
