import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CATALOG_DIR } from '@lineside/models';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { constantDetector, writeTinyBundle } from '../../../tests/support/tiny-onnx.ts';
import { checkConfig } from '../config/index.ts';
import { proveBundle } from './prove-bundle.ts';

const { config } = checkConfig('device: line-1\n', { catalog: [], env: {}, path: '/line.yaml' });

test('a bundle proves itself by its golden images, and one that gives something else there is refused', async () => {
  await using dir = await tempDir();
  await cp(join(CATALOG_DIR, 'defect'), dir.join('defect'), { recursive: true });
  const signal = AbortSignal.timeout(600_000);
  expect(await proveBundle(dir.join('defect'), config, signal)).toMatchObject({ provider: 'cpu', golden: 4 });
  const file = dir.join('defect/golden/03.json');
  const expected = await readFile(file, 'utf8');
  await writeFile(file, expected.replace(/"box":\s*\[\s*(\d)/, '"box": [9$1'));
  await expect(proveBundle(dir.join('defect'), config, signal)).rejects.toMatchObject({ code: 'update_golden_failed' });
});

test('a bundle is refused where too little memory would be left beside it, and says how much it takes and what is missing', async () => {
  await using dir = await tempDir();
  const box = { cx: 16, cy: 16, width: 8, height: 8, classIndex: 0, score: 0.9 };
  const model = constantDetector({ size: 32, classes: 1, boxes: [box] });
  const bundle = await writeTinyBundle(dir.join('tiny'), model, { id: 'tiny', size: 32, labels: ['thing'] });
  const mb = 2 ** 20;
  const prove = (availableMb: number, totalMb: number) =>
    proveBundle(bundle, config, AbortSignal.timeout(600_000), () => ({
      ...{ availableBytes: availableMb * mb, totalBytes: totalMb * mb },
    }));
  // 4 % of all memory, and at least 96 MiB.
  await expect(prove(319, 8000)).rejects.toMatchObject({
    ...{ code: 'update_no_memory', retry: 'later' },
    message: expect.stringMatching(/^it takes \d+ MB, 319 MB are free beside it, and 320 MB must stay free$/),
  });
  await expect(prove(95, 1000)).rejects.toMatchObject({ code: 'update_no_memory' });
  expect(await prove(96, 1000)).toMatchObject({ provider: 'cpu', memoryMb: expect.any(Number) });
});
