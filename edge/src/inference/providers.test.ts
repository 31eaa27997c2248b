import { describe, expect, it } from 'vitest';
import { chooseProviders } from './providers.ts';

const choose = (supported: readonly string[], files: readonly string[]) =>
  chooseProviders({ supported, libraries: '/ort', exists: async (path) => files.includes(path) });

describe('the chain of execution providers', () => {
  it('without an accelerator only the CPU is tried, which is not a fall-back', async () => {
    const choice = await choose(['cpu', 'cuda', 'tensorrt'], []);
    expect(choice.candidates).toEqual(['cpu']);
    expect(choice.refused).toMatchObject([
      { provider: 'tensorrt', code: 'library_missing' },
      { provider: 'cuda', code: 'library_missing' },
    ]);
    expect(choice.acceleratorExpected).toBe(false);
  });

  it('the best provider is tried first where the libraries are installed', async () => {
    const files = ['/ort/libonnxruntime_providers_tensorrt.so', '/ort/libonnxruntime_providers_cuda.so'];
    const choice = await choose(['cpu', 'cuda', 'tensorrt'], files);
    expect(choice.candidates).toEqual(['tensorrt', 'cuda', 'cpu']);
    expect(choice.acceleratorExpected).toBe(true);
  });

  it('the CPU is a fall-back on a Jetson whose ONNX Runtime has no accelerator', async () => {
    const choice = await choose(['cpu'], ['/etc/nv_tegra_release']);
    expect(choice.refused[0]).toMatchObject({ provider: 'tensorrt', code: 'not_in_build' });
    expect(choice.acceleratorExpected).toBe(true);
  });
});
