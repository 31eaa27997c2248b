import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeTrtexec, type FakeTrtexec } from '../../../tests/support/fake-trtexec.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { checkConfig, type Config } from '../config/index.ts';
import { listEngines, readMachine } from '../engines/index.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { afterEngines, engineListener, engineKeeper, enginesFolder, specsOf } from './engines.ts';
import type { LineModel } from './models.ts';

let dir: TempDir;
let trtexec: FakeTrtexec;

beforeEach(async () => {
  dir = await tempDir();
  trtexec = await fakeTrtexec(dir.join('bin/trtexec'));
});
afterEach(() => dir[Symbol.asyncDispose]());

function config(extra = '', model = ''): Config {
  const text = `device: a\nmodels: [{id: tiny, ref: ./tiny${model}}]\n${extra}`;
  return checkConfig(text, { catalog: [], env: {}, path: '/x/lineside.yaml' }).config;
}

async function tiny(): Promise<LineModel> {
  const bytes = brightBlobDetector({ size: 64 });
  const path = dir.join('tiny.onnx');
  await writeFile(path, bytes);
  const manifest = tinyManifest(bytes, { size: 64, labels: ['bright'] });
  return {
    state: 'found',
    id: 'tiny',
    threshold: { score: 0.5 },
    spec: { id: 'tiny', path, sha256: manifest.sha256, manifest },
  };
}

const keeperFor = async (from: Config, models: readonly LineModel[]) =>
  engineKeeper({
    config: from,
    dataDir: dir.path,
    models,
    machine: await readMachine({ path: dir.join('bin'), root: dir.path }),
    clock: systemClock,
    logger: silentLogger,
  });

describe('engines of a line', () => {
  it('are built before the part that needs them runs, and named in what it is to run', async () => {
    const models = [await tiny()];
    const keeper = await keeperFor(config(), models);
    const order: string[] = [];
    const part = { name: 'vision', run: async () => void order.push(`built ${(await trtexec.builds()).length}`) };
    await afterEngines(keeper, part).run(new AbortController().signal);
    expect(order).toEqual(['built 1']);
    const [spec] = specsOf(config('inference: {expectedProvider: tensorrt}'), models, keeper);
    expect(spec).toMatchObject({ id: 'tiny', expect: 'tensorrt', engine: keeper?.wrapperOf('tiny') });
  });

  it('are not kept where they are off, where nothing can build them, or for a model meant for the CPU', async () => {
    const models = [await tiny()];
    expect(await keeperFor(config('inference: {engines: off}'), models)).toBeUndefined();
    const bare = { ...{ config: config(), dataDir: dir.path, models, clock: systemClock }, logger: silentLogger };
    expect(await engineKeeper({ ...bare, machine: { gpu: 'unknown' } })).toBeUndefined();
    const cpu = await keeperFor(config('', ', expectedProvider: cpu'), models);
    expect(cpu?.states()).toEqual([]);
    expect(specsOf(config('', ', expectedProvider: cpu'), models, cpu)[0]).not.toHaveProperty('engine');
  });

  it('go when the runtime refuses them, so that the next start builds them anew', async () => {
    const models = [await tiny()];
    const keeper = await keeperFor(config(), models);
    await keeper?.prepare(new AbortController().signal);
    expect(await listEngines(enginesFolder(dir.path))).toHaveLength(1);
    const listener = engineListener(keeper, silentLogger);
    const status = { model: 'tiny', sha256: 'ab', state: 'ready' } as const;
    listener.model?.({ ...status, provider: 'tensorrt' });
    const refused = [{ provider: 'tensorrt', code: 'engine_refused', message: 'plan of another version' }];
    listener.model?.({ ...status, provider: 'cuda', refused });
    await waitFor('the engine to go', async () => (await listEngines(enginesFolder(dir.path))).length === 0);
    expect(keeper?.states()[0]?.error).toMatchObject({ code: 'engine_refused', message: 'plan of another version' });
  });
});
