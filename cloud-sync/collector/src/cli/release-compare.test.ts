import { mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';
import { expect, it } from 'vitest';
import { collectorHere } from '../../../../tests/support/collector.ts';
import { FROM_SOURCE, NODE } from '../../../../tests/support/processes.ts';
import { tempDir } from '../../../../tests/support/temp-dir.ts';
import { ReleasePublisher } from '../../../../tests/support/update-world.ts';

const LINESIDE = [NODE, ...FROM_SOURCE, fileURLToPath(new URL('../../../../edge/src/cli/index.ts', import.meta.url))];

it('two published models are put together from the repository, and run by lineside on a labelled set', async () => {
  await using dir = await tempDir('release-compare-');
  const publisher = await ReleasePublisher.open(dir.path);
  const good = await publisher.model('1.0.0');
  // The same object, below the threshold of the model.
  const blind = await publisher.model('1.1.0', { score: 0.3 });
  await mkdir(dir.join('set/labels'), { recursive: true });
  await mkdir(dir.join('set/images'));
  await writeFile(dir.join('set/names.txt'), 'thing\n');
  await writeFile(dir.join('set/labels/one.txt'), '0 0.5 0.5 0.25 0.25\n');
  const background = { r: 9, g: 9, b: 9 };
  await sharp({ create: { width: 32, height: 32, channels: 3, background } })
    .png()
    .toFile(dir.join('set/images/one.png'));
  const at = ['--data', dir.join('set'), '--releases', publisher.folder.path];
  const worse = await collectorHere(
    'release',
    'compare',
    good,
    blind,
    ...at,
    '--json',
    '--lineside',
    LINESIDE.join(' '),
  );
  expect([worse.code, worse.stderr]).toEqual([1, expect.not.stringContaining('Error')]);
  expect(JSON.parse(worse.stdout)).toMatchObject({
    verdict: 'worse',
    figures: expect.arrayContaining([{ of: 'thing', figure: 'recall', a: 1, b: 0 }]) as unknown,
  });
  const missing = await collectorHere('release', 'compare', good, blind, ...at, '--lineside', dir.join('nothing'));
  expect([missing.code, missing.stderr]).toEqual([2, expect.stringMatching(/not installed here\nTry: /)]);
  const unknown = await collectorHere('release', 'compare', good, 'models/acme/none-1.0.0.json', ...at);
  expect([unknown.code, unknown.stderr]).toEqual([2, expect.stringContaining('no release')]);
});
