import { readFile, writeFile } from 'node:fs/promises';
import { InferenceSession } from 'onnxruntime-node';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, constantDetector, tinyManifest } from '../../../tests/support/tiny-onnx.ts';
import { loadModel } from './loaded-model.ts';
import type { Runtime } from './provider-chain.ts';
import type { ModelSpec, Provider } from './model-spec.ts';

let dir: TempDir;
let spec: ModelSpec;
let engine: string;

beforeEach(async () => {
  dir = await tempDir();
  const bytes = brightBlobDetector({ size: 64 });
  const path = dir.join('model.onnx');
  await writeFile(path, bytes);
  engine = dir.join('engine.onnx');
  // What stands for an engine: another file with the same inputs and outputs.
  await writeFile(engine, bytes);
  const manifest = tinyManifest(bytes, { size: 64, labels: ['bright'] });
  spec = { id: 'tiny', path, sha256: manifest.sha256, manifest };
});
afterEach(() => dir[Symbol.asyncDispose]());

/** A runtime whose accelerators are the CPU in disguise, or fail on request; notes what it is asked to load. */
function runtime(broken: Partial<Record<Provider, string>> = {}, libraries = true): Runtime & { asked: string[] } {
  const asked: string[] = [];
  return {
    asked,
    supported: () => ['cpu', 'cuda', 'tensorrt'],
    libraries: '/ort',
    exists: async (path) =>
      path.endsWith('.so') ? libraries : (await readFile(path).catch(() => undefined)) !== undefined,
    create: async (path, provider) => {
      asked.push(`${provider} ${path.slice(dir.path.length + 1)}`);
      const fault = broken[provider];
      if (fault !== undefined) throw new Error(fault);
      return InferenceSession.create(path, { executionProviders: ['cpu'] });
    },
  };
}

describe('the best provider that works', () => {
  it('the best provider is TensorRT where an engine was built, loaded by its wrapper', async () => {
    const ort = runtime();
    const { facts } = await loadModel({ ...spec, engine }, ort);
    expect(facts).toMatchObject({ provider: 'tensorrt', refused: [], reason: '', fallback: false });
    expect(ort.asked).toEqual(['tensorrt engine.onnx']);
  });

  it('the best provider is CUDA without an engine, and never TensorRT with the model itself', async () => {
    const ort = runtime();
    const { facts } = await loadModel(spec, ort);
    expect(facts).toMatchObject({ provider: 'cuda', refused: [{ provider: 'tensorrt', code: 'engine_missing' }] });
    expect(ort.asked).toEqual(['cuda model.onnx']);
  });

  it('the provider falls back from a refused engine to CUDA and then to the CPU, with reasons', async () => {
    const ort = runtime({ tensorrt: 'engine plan was built by TensorRT 10.3, this is 10.16', cuda: 'no kernel image' });
    const { facts } = await loadModel({ ...spec, engine }, ort);
    expect(facts).toMatchObject({
      provider: 'cpu',
      expected: 'cuda',
      fallback: true,
      refused: [
        { provider: 'tensorrt', code: 'engine_refused' },
        { provider: 'cuda', code: 'load_failed' },
      ],
    });
    expect(facts.reason).toContain('built by TensorRT 10.3');
    expect(facts.reason).toContain('no kernel image');
  });

  it('an engine with the outputs of another model is not used', async () => {
    await writeFile(engine, constantDetector({ size: 64, classes: 7, boxes: [] }));
    const { facts } = await loadModel({ ...spec, engine }, runtime());
    expect(facts).toMatchObject({ provider: 'cuda', refused: [{ code: 'engine_refused' }] });
  });

  it('an engine whose loading ended the process twice is not tried again', async () => {
    await writeFile(dir.join('loading'), '1');
    expect((await loadModel({ ...spec, engine }, runtime())).facts.provider).toBe('tensorrt');
    await expect(readFile(dir.join('loading'))).rejects.toThrow('ENOENT');
    await writeFile(dir.join('loading'), '2');
    const { facts } = await loadModel({ ...spec, engine }, runtime());
    expect(facts).toMatchObject({ provider: 'cuda', refused: [{ code: 'engine_crashed' }] });
  });

  it.each([
    { expect: 'tensorrt', libraries: true, fallback: true, provider: 'cuda' },
    { expect: 'cuda', libraries: true, fallback: false, provider: 'cuda' },
    { expect: 'cuda', libraries: false, fallback: true, provider: 'cpu' },
    { expect: 'cpu', libraries: true, fallback: false, provider: 'cuda' },
    { expect: undefined, libraries: false, fallback: false, provider: 'cpu' },
  ] as const)('is a fall-back when $expect is expected and it is $provider: $fallback', async (row) => {
    const { facts } = await loadModel({ ...spec, expect: row.expect }, runtime({}, row.libraries));
    expect([facts.provider, facts.fallback]).toEqual([row.provider, row.fallback]);
  });

  it('a wrong model is refused on every provider', async () => {
    const ort = runtime({ cuda: 'out of memory' });
    const wrong = { ...spec, manifest: { ...spec.manifest, labels: ['a', 'b', 'c'] } };
    await expect(loadModel(wrong, ort)).rejects.toMatchObject({ code: 'model_labels' });
    expect(ort.asked).toEqual(['cuda model.onnx', 'cpu model.onnx']);
  });
});
