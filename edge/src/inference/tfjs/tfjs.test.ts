import { isBad } from '@lineside/models/families';
import { rm, writeFile } from 'node:fs/promises';
import { resolveModel } from '@lineside/models';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { writeTinyTfjs } from '../../../../tests/support/tiny-tfjs.ts';
import { OnnxSession } from '../onnx-session.ts';
import type { ModelSpec } from '../model-spec.ts';
import { type FileHandler, type ModelArtifacts, readTfjsModel } from './artifacts.ts';
import type { TfModel, TfModule, TfTensor } from './runtime.ts';
import { loadTfjs } from './tfjs-model.ts';

let dir: TempDir;
let spec: ModelSpec;

beforeEach(async () => {
  dir = await tempDir();
  const manifest = await writeTinyTfjs(dir.path);
  spec = { id: 'tiny', path: dir.join('model.json'), sha256: manifest.sha256, manifest };
});
afterEach(() => dir[Symbol.asyncDispose]());

const PORTABLE: string = '@tensorflow/tfjs';
const installed = await import(PORTABLE).then(
  () => true,
  () => false,
);

/** TensorFlow.js as far as it is used: averages the channels and applies the weights that it was handed. */
function standIn(log: string[]): TfModule {
  const tensor = (values: Float32Array | Int32Array, shape: readonly number[]): TfTensor => ({
    shape,
    data: async () => values,
    dispose: () => void log.push('dispose'),
  });
  const load = async (files: FileHandler): Promise<TfModel> => {
    const { weightData } = await files.load();
    const kernel = new Float32Array(weightData, 0, 6);
    const answer = (values: Float32Array): TfTensor => {
      const mean = [0, 1, 2].map(
        (c) => values.filter((_, i) => i % 3 === c).reduce((a, b) => a + b, 0) / (values.length / 3),
      );
      const logit = (k: number): number => mean.reduce((sum, value, c) => sum + value * (kernel[2 * c + k] ?? 0), 0);
      const [a, b] = [Math.exp(logit(0)), Math.exp(logit(1))];
      return tensor(Float32Array.of(a / (a + b), b / (a + b)), [1, 2]);
    };
    const pixels = new Map<TfTensor, Float32Array>();
    made.push((made_, values) => pixels.set(made_, values));
    return {
      execute: () => tensor(Float32Array.of(0), [1]),
      predict: (input) => answer(pixels.get(input) ?? new Float32Array(0)),
      outputNames: ['classes'],
      dispose: () => undefined,
    };
  };
  const made: ((tensor: TfTensor, values: Float32Array) => void)[] = [];
  return {
    tensor: (values, shape) => {
      const one = tensor(values, shape);
      for (const note of made) note(one, Float32Array.from(values));
      return one;
    },
    loadGraphModel: load,
    loadLayersModel: load,
    setBackend: async (name) => log.push(`backend ${name}`) > 0,
    ready: async () => undefined,
  };
}

const picture = (r: number, g: number, b: number): Uint8Array =>
  Uint8Array.from({ length: 16 * 16 * 3 }, (_, i) => [r, g, b][i % 3] ?? 0);

describe('the files of a TensorFlow.js model', () => {
  it('the files of a TensorFlow.js model are read: topology, specs, and all weights as one', async () => {
    const { kind, files } = await readTfjsModel(spec.path);
    const artifacts: ModelArtifacts = await files.load();
    expect(kind).toBe('layers-model');
    expect(artifacts.weightSpecs).toMatchObject([{ name: 'classes/kernel' }, { name: 'classes/bias' }]);
    expect([...new Float32Array(artifacts.weightData)]).toEqual([9, -9, 0, 0, -9, 9, 0, 0]);
    expect(artifacts.modelTopology).toHaveProperty('class_name', 'Model');
  });

  it('graph and layers models are distinguished, also where an old converter wrote no format', async () => {
    await writeFile(spec.path, JSON.stringify({ modelTopology: { node: [] }, weightsManifest: [] }));
    expect((await readTfjsModel(spec.path)).kind).toBe('graph-model');
  });

  it.each([
    ['no json', 'model_unreadable'],
    ['{"modelTopology": {}}', 'model_unreadable'],
    ['{"modelTopology": {}, "weightsManifest": [{"paths": ["../../etc/passwd"], "weights": []}]}', 'model_unreadable'],
    ['{"modelTopology": {}, "weightsManifest": [{"paths": ["/etc/passwd"], "weights": []}]}', 'model_unreadable'],
  ])('are refused: %s', async (text, code) => {
    await writeFile(spec.path, text);
    await expect(readTfjsModel(spec.path)).rejects.toMatchObject({ code });
  });

  it('a TensorFlow.js model with missing weights is refused', async () => {
    await rm(dir.join('bias.bin'));
    const { files } = await readTfjsModel(spec.path);
    await expect(files.load()).rejects.toMatchObject({ code: 'model_missing' });
    await expect(resolveModel(dir.path, { catalogDir: dir.path, baseDir: dir.path })).rejects.toThrow('bias.bin');
  });

  it.each(['null', '[]', '{"weightsManifest": [null]}', '{"weightsManifest": [{"paths": "kernel.bin"}]}'])(
    'a TensorFlow.js bundle whose model.json reads %s is refused',
    async (text) => {
      await writeFile(spec.path, text);
      await expect(resolveModel(dir.path, { catalogDir: dir.path, baseDir: dir.path })).rejects.toThrow(
        'is not the model.json of a TensorFlow.js model',
      );
    },
  );

  it('a TensorFlow.js bundle is accepted when it is complete, and refused when it is damaged', async () => {
    const places = { catalogDir: dir.path, baseDir: dir.path };
    expect(await resolveModel(dir.path, places)).toMatchObject({ kind: 'bundle', onnxPath: spec.path });
    await writeFile(dir.join('kernel.bin'), Buffer.alloc(24));
    await expect(resolveModel(dir.path, places)).rejects.toThrow('SHA-256');
  });
});

describe('a TensorFlow.js model', () => {
  it('without TensorFlow.js its models are refused with what to install', async () => {
    const absent = (name: string): Promise<unknown> => Promise.reject(new Error(`Cannot find package '${name}'`));
    const refused = await loadTfjs(spec, absent).catch((error: unknown) => error);
    expect(refused).toMatchObject({ code: 'tfjs_missing', retry: 'never' });
    expect((refused as { advice: string }).advice).toContain(
      'npm install @tensorflow/tfjs @tensorflow/tfjs-backend-wasm',
    );
  });

  it('a model runs on the portable build with WebAssembly, and its tensors are disposed', async () => {
    const log: string[] = [];
    const load = async (name: string): Promise<unknown> => {
      if (name.endsWith('node-gpu')) throw new Error('not installed');
      return { default: standIn(log) };
    };
    const model = await loadTfjs(spec, load);
    expect(model.facts).toMatchObject({ provider: 'cpu', reason: 'runs on tfjs on WebAssembly' });
    expect(log[0]).toBe('backend wasm');
    for (const [pixels, label] of [
      [picture(250, 5, 5), 'red'],
      [picture(5, 5, 250), 'blue'],
    ] as const) {
      const [outputs = new Map()] = await model.run([pixels]);
      const seen = model.decode(outputs, pixels, { width: 16, height: 16 });
      expect(isBad(seen) ? seen : seen.classes?.[0]).toMatchObject({ label });
    }
    // One input and one output for the warm-up and for each picture.
    expect(log.filter((what) => what === 'dispose')).toHaveLength(6);
  });

  it('the native build with a GPU is preferred', async () => {
    const model = await loadTfjs(spec, async () => standIn([]));
    expect(model.facts).toMatchObject({ provider: 'cuda', reason: 'runs on tfjs-node-gpu' });
  });

  it.runIf(!installed)('is refused by the session too, in the words of its code', async () => {
    await expect(new OnnxSession(spec).start(AbortSignal.timeout(600_000))).rejects.toMatchObject({
      code: 'tfjs_missing',
    });
  });

  it.runIf(installed)('runs in a session on the TensorFlow.js that is installed', async () => {
    const session = new OnnxSession(spec);
    await session.start(AbortSignal.timeout(600_000));
    const answer = await session.infer(Uint8Array.from(picture(250, 5, 5)), { width: 16, height: 16 }, 20_000);
    expect(answer.seen?.classes?.[0]).toMatchObject({ label: 'red' });
    await session.close();
  });
});
