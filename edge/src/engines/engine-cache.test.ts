import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fakeTrtexec, type FakeTrtexec } from '../../../tests/support/fake-trtexec.ts';
import { isAlive, waitUntilGone } from '../../../tests/support/processes.ts';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { waitFor } from '../../../tests/support/wait-for.ts';
import { silentLogger, systemClock } from '@lineside/kit';
import { EngineCache, type EngineModel, type EngineSettings, type EngineState } from './engine-cache.ts';
import { readMachine } from './machine.ts';
import { listEngines } from './store.ts';

let dir: TempDir;
let trtexec: FakeTrtexec;
const settings: EngineSettings = { precision: 'fp16', memoryBytes: 1e9, limitMs: 60_000 };
const never = new AbortController().signal;

beforeEach(async () => {
  dir = await tempDir();
  trtexec = await fakeTrtexec(dir.join('bin/trtexec'));
});
afterEach(() => dir[Symbol.asyncDispose]());

async function model(id: string): Promise<EngineModel> {
  const path = dir.join(`${id}.onnx`);
  await writeFile(path, id);
  return {
    id,
    path,
    sha256: id.repeat(64).slice(0, 64),
    inputs: [{ name: 'images', type: 'uint8', shape: [1, 64, 64, 3] }],
    outputs: [{ name: 'output0', type: 'float32', shape: [1, 5, 4] }],
  };
}

async function keeper(ids: readonly string[], change: Partial<EngineSettings> = {}): Promise<EngineCache> {
  return new EngineCache({
    folder: dir.join('engines'),
    machine: await readMachine({ path: dir.join('bin'), root: dir.path }),
    models: await Promise.all(ids.map(model)),
    settings: { ...settings, ...change },
    clock: systemClock,
    logger: silentLogger,
  });
}

const names = async (): Promise<string[]> =>
  (await readdir(dir.join('engines'))).filter((name) => !name.startsWith('timing'));
const reported = (states: readonly EngineState[]): string[] =>
  states.map(({ model: id, state, error }) => `${id} ${state}${error === undefined ? '' : ` ${error.code}`}`);

describe('engines', () => {
  it('are built one after the other, moved into place whole, and not built again', async () => {
    const first = await keeper(['a', 'b']);
    await first.prepare(never);
    expect(reported(first.states())).toEqual(['a ready', 'b ready']);
    const builds = await trtexec.builds();
    expect(builds).toHaveLength(2);
    expect(builds[0]).toContain(`--onnx=${dir.join('a.onnx')}`);
    for (const flag of ['--fp16', '--skipInference', '--memPoolSize=workspace:1024', '--timingCacheFile=']) {
      expect(builds[0]).toContain(flag);
    }
    const wrapper = first.wrapperOf('a');
    expect(wrapper).toMatch(/engines\/[0-9a-f]{24}\/model\.onnx$/);
    expect((await readdir(join(wrapper!, '..'))).toSorted()).toEqual(['engine.json', 'model.engine', 'model.onnx']);
    expect((await readFile(wrapper!)).includes('model.engine')).toBe(true);
    const second = await keeper(['a', 'b']);
    await second.prepare(never);
    expect(reported(second.states())).toEqual(['a ready', 'b ready']);
    expect(await trtexec.builds()).toHaveLength(2);
    expect(await readFile(dir.join('engines/timing-10.3.0-unknown.cache'), 'utf8')).toBe('timings\ntimings\n');
  });

  it('are others for another precision, and for another TensorRT, whose old ones go', async () => {
    await (await keeper(['a'])).prepare(never);
    await (await keeper(['a'], { precision: 'fp32' })).prepare(never);
    expect(await listEngines(dir.join('engines'))).toHaveLength(2);
    expect((await trtexec.builds())[1]).not.toContain('--fp16');
    await trtexec.version('101602');
    const later = await keeper(['a']);
    await later.prepare(never);
    expect(reported(later.states())).toEqual(['a ready']);
    const kept = await listEngines(dir.join('engines'));
    expect(kept.map(({ key }) => key.tensorrt)).toEqual(['10.16.2']);
  });

  it('tell their progress while they are built', async () => {
    await trtexec.become('slow');
    const slow = await keeper(['a']);
    const done = slow.prepare(never);
    await waitFor('progress', () => slow.states()[0]?.progress?.includes('step 3') === true);
    expect(slow.states()[0]).toMatchObject({ state: 'building' });
    await done;
    expect(slow.states()[0]).toMatchObject({ state: 'ready' });
  });

  it('that were damaged on the disk are built anew', async () => {
    const first = await keeper(['a']);
    await first.prepare(never);
    await writeFile(join(first.wrapperOf('a')!, '..', 'model.engine'), 'half an eng');
    const second = await keeper(['a']);
    await second.prepare(never);
    expect(await trtexec.builds()).toHaveLength(2);
    expect(reported(second.states())).toEqual(['a ready']);
  });

  it.each(['null', '{}', '{"key":{},"bytes":"many"}', '{"key'])(
    'whose facts read %s are built anew, because what a disk kept is not believed',
    async (facts) => {
      const first = await keeper(['a']);
      await first.prepare(never);
      await writeFile(join(first.wrapperOf('a')!, '..', 'engine.json'), facts);
      expect(await listEngines(dir.join('engines'))).toEqual([]);
      const second = await keeper(['a']);
      await second.prepare(never);
      expect(await trtexec.builds()).toHaveLength(2);
      expect(reported(second.states())).toEqual(['a ready']);
    },
  );

  it('that the runtime refuses go, are built once more, and are then left alone', async () => {
    for (let start = 0; start < 2; start++) {
      const line = await keeper(['a']);
      await line.prepare(never);
      expect(reported(line.states())).toEqual(['a ready']);
      await line.markBad('a', 'its engine cannot be used: serialization error');
      expect(reported(line.states())).toEqual(['a failed engine_refused']);
      expect(await listEngines(dir.join('engines'))).toEqual([]);
    }
    const third = await keeper(['a']);
    await third.prepare(never);
    expect(reported(third.states())).toEqual(['a failed engine_given_up']);
    expect(await trtexec.builds()).toHaveLength(2);
  });
});

describe('a build that fails', () => {
  it.each([
    { mode: 'unsupported', code: 'engine_build_failed', says: 'No importer registered for op: NonMaxSuppression' },
    { mode: 'killed', code: 'engine_build_killed', says: 'SIGKILL' },
    { mode: 'empty', code: 'engine_build_failed', says: 'wrote no engine' },
    { mode: 'hungry', code: 'engine_build_memory', says: 'MB' },
  ] as const)(
    '$mode is reported as $code, leaves nothing behind, and is given up after two',
    async ({ mode, code, says }) => {
      await trtexec.become(mode);
      for (let start = 0; start < 2; start++) {
        const line = await keeper(['a'], { memoryBytes: 40e6 });
        await line.prepare(never);
        expect(reported(line.states())).toEqual([`a failed ${code}`]);
        expect(line.states()[0]?.error?.message).toContain(says);
        expect(await names()).toEqual([expect.stringMatching(/failed\.json$/)]);
      }
      const third = await keeper(['a']);
      await third.prepare(never);
      expect(reported(third.states())).toEqual(['a failed engine_given_up']);
      await trtexec.become('good');
      await third.retry();
      const fourth = await keeper(['a']);
      await fourth.prepare(never);
      expect(reported(fourth.states())).toEqual(['a ready']);
    },
  );

  it('by hanging is ended in time with everything it started, and the next model is built', async () => {
    await trtexec.become('hang');
    const line = await keeper(['a', 'b'], { limitMs: 700 });
    const done = line.prepare(never);
    await waitFor('its child', async () => /\d/.test(await readFile(dir.join('bin/child'), 'utf8').catch(() => '')));
    const child = Number(await readFile(dir.join('bin/child'), 'utf8'));
    expect(isAlive(child)).toBe(true);
    await trtexec.become('good');
    await done;
    await waitUntilGone(child);
    expect(reported(line.states())).toEqual(['a failed engine_build_timeout', 'b ready']);
  });

  it('without a builder is reported with what to install', async () => {
    const none = new EngineCache({
      folder: dir.join('engines'),
      machine: { gpu: 'unknown', tensorrt: '10.3.0' },
      models: [await model('a')],
      settings,
      clock: systemClock,
      logger: silentLogger,
    });
    await none.prepare(never);
    expect(none.states()[0]?.error).toMatchObject({ code: 'trtexec_missing' });
  });
});

describe('a start that is interrupted', () => {
  it('ends the builder, keeps nothing of it, and counts no failure', async () => {
    await trtexec.become('hang');
    const stop = new AbortController();
    const line = await keeper(['a']);
    const done = line.prepare(stop.signal);
    await waitFor('its child', async () => /\d/.test(await readFile(dir.join('bin/child'), 'utf8').catch(() => '')));
    stop.abort();
    await done;
    await waitUntilGone(Number(await readFile(dir.join('bin/child'), 'utf8')));
    expect(await names()).toEqual([]);
  });

  it('leaves a builder that the next start ends, when the process was killed', async () => {
    await trtexec.become('hang');
    await (await keeper([])).prepare(never);
    const building = dir.join('engines/building-0123456789abcdef01234567');
    await mkdir(building);
    const args = [`--onnx=${dir.join('a.onnx')}`, `--saveEngine=${building}/model.engine`];
    const orphan = spawn(trtexec.path, args, { detached: true, stdio: 'ignore' });
    await writeFile(join(building, 'builder.pid'), String(orphan.pid));
    await waitFor('its child', async () => /\d/.test(await readFile(dir.join('bin/child'), 'utf8').catch(() => '')));
    await trtexec.become('good');
    const line = await keeper(['a']);
    await line.prepare(never);
    await waitUntilGone(Number(await readFile(dir.join('bin/child'), 'utf8')));
    expect(reported(line.states())).toEqual(['a ready']);
    expect(await names()).toHaveLength(1);
  });

  it('leaves a lock that the next start does not heed', async () => {
    await (await keeper([])).prepare(never);
    await writeFile(dir.join('engines/lock'), '999999999');
    const line = await keeper(['a']);
    await line.prepare(never);
    expect(reported(line.states())).toEqual(['a ready']);
  });

  it('does not build beside another process', async () => {
    await (await keeper([])).prepare(never);
    await writeFile(dir.join('engines/lock'), '1');
    const line = await keeper(['a']);
    await line.prepare(never);
    expect(reported(line.states())).toEqual(['a failed engine_busy']);
    expect(await trtexec.builds()).toEqual([]);
  });
});
