import { describe, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { brightBlobDetector, writeTinyBundle, wrongShapeModel } from '../../../../tests/support/tiny-onnx.ts';
import type { BenchFigures } from '../../evaluation/index.ts';

type Reported = BenchFigures & { readonly threads: number };

const FACTS = { size: 64, labels: ['spill'] };

describe('lineside model bench', () => {
  it('prints latency, throughput, CPU and memory for each number of threads', async () => {
    await using dir = await tempDir();
    const model = await writeTinyBundle(dir.join('blobs'), brightBlobDetector({ size: 64 }), FACTS);
    const { code, stdout } = await runHere(['model', 'bench', model, '--threads', '1,2', '--seconds', '0.1', '--json']);
    expect(code).toBe(0);
    const rows = stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Reported);
    expect(rows.map(({ threads, provider, withoutResult }) => [threads, provider, withoutResult])).toEqual([
      [1, 'cpu', 0],
      [2, 'cpu', 0],
    ]);
    for (const { frames, p50Ms, p95Ms, p99Ms, inferP50Ms, loadedBytes, framesPerSecond } of rows) {
      expect(frames).toBeGreaterThanOrEqual(10);
      expect(p50Ms).toBeGreaterThan(inferP50Ms);
      expect(p95Ms >= p50Ms && p99Ms >= p95Ms).toBe(true);
      expect(loadedBytes).toBeGreaterThan(0);
      expect(framesPerSecond).toBeGreaterThan(0);
    }
  });

  it('refuses a model that does not run, with its code', async () => {
    await using dir = await tempDir();
    const model = await writeTinyBundle(dir.join('wrong'), wrongShapeModel(64), FACTS);
    const { code, stdout } = await runHere(['model', 'bench', model, '--json']);
    expect([code, JSON.parse(stdout)]).toMatchObject([2, { error: { code: 'model_shape' } }]);
  });
});
