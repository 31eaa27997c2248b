import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CATALOG_DIR } from '@lineside/models';
import { expect, test } from 'vitest';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { checkConfig } from '../config/index.ts';
import { proveBundle } from './prove-bundle.ts';

const { config } = checkConfig('device: line-1\n', { catalog: [], env: {}, path: '/line.yaml' });

test('a bundle proves itself by its golden images, and one that gives something else there is refused', async () => {
  await using dir = await tempDir();
  await cp(join(CATALOG_DIR, 'defect'), dir.join('defect'), { recursive: true });
  const signal = AbortSignal.timeout(300_000);
  expect(await proveBundle(dir.join('defect'), config, signal)).toMatchObject({ provider: 'cpu', golden: 4 });
  const file = dir.join('defect/golden/03.json');
  const expected = await readFile(file, 'utf8');
  await writeFile(file, expected.replace(/"box":\s*\[\s*(\d)/, '"box": [9$1'));
  await expect(proveBundle(dir.join('defect'), config, signal)).rejects.toMatchObject({ code: 'update_golden_failed' });
});
