import { chmod, mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import sharp from 'sharp';
import { afterEach, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { tempDir, type TempDir } from '../../../../tests/support/temp-dir.ts';
import { constantDetector, writeTinyBundle } from '../../../../tests/support/tiny-onnx.ts';

const SIZE = 64;
const PATH = process.env['PATH'] ?? '';
afterEach(() => {
  process.env['PATH'] = PATH;
});

/** From now on each start of FFmpeg is written down; returns how many decoded something since the last time. */
async function countStarts(dir: TempDir): Promise<() => Promise<number>> {
  const log = dir.join('starts.log');
  await writeFile(log, '');
  await mkdir(dir.join('bin'));
  await writeFile(dir.join('bin/ffmpeg'), `#!/bin/sh\necho "$*" >> '${log}'\nPATH='${PATH}' exec ffmpeg "$@"\n`);
  await chmod(dir.join('bin/ffmpeg'), 0o755);
  process.env['PATH'] = `${dir.join('bin')}:${PATH}`;
  return async () => {
    const lines = (await readFile(log, 'utf8')).split('\n');
    await writeFile(log, '');
    return lines.filter((line) => line.includes('-filter_complex')).length;
  };
}

async function pictures(dir: TempDir, sizes: readonly (readonly [number, number])[]): Promise<readonly string[]> {
  const paths = sizes.map((_, n) => dir.join(n % 2 === 0 ? `p${n}.png` : `p${n}.jpg`));
  for (const [n, [width, height]] of sizes.entries()) {
    const pixels = Uint8Array.from({ length: width * height * 3 }, (_, i) => (i * (7 + n) + (i >> 6)) % 256);
    await sharp(pixels, { raw: { width, height, channels: 3 } }).toFile(paths[n] ?? '');
  }
  return paths;
}

async function bundle(dir: TempDir): Promise<string> {
  const box = { cx: 32, cy: 32, width: 16, height: 8, classIndex: 0, score: 0.75 };
  const model = constantDetector({ size: SIZE, classes: 1, boxes: [box] });
  return writeTinyBundle(dir.join('model'), model, { size: SIZE, labels: ['cap'] });
}

it.each([
  ['the same size', Array.from({ length: 5 }, () => [160, 120] as const)],
  [
    'several sizes',
    [
      [160, 120],
      [61, 200],
      [64, 64],
      [333, 47],
      [96, 64],
    ] as const,
  ],
])('five images of %s are read by one FFmpeg, also where they are drawn, and drawn as each alone', async (_, sizes) => {
  await using dir = await tempDir();
  const paths = await pictures(dir, sizes);
  const detect = ['detect', '--json', '--sequence', '5', '--model', await bundle(dir)];
  const starts = await countStarts(dir);
  const plain = await runHere([...detect, ...paths]);
  expect([plain.code, await starts()]).toEqual([0, 1]);
  const drawn = await runHere([...detect, '--draw', dir.join('together'), ...paths]);
  expect([drawn.code, drawn.stdout, await starts()]).toEqual([0, plain.stdout, 1]);
  expect(plain.stdout.trimEnd().split('\n').at(-1)).toContain('"frame":4,"time":0.8');
  const names = paths.map((path) => `${basename(path).replace(/\.\w+$/, '')}-000000.jpg`);
  expect((await readdir(dir.join('together'))).toSorted()).toEqual(names);
  for (const [n, name] of names.entries()) {
    const [width, height] = sizes[n] ?? [];
    expect(await sharp(dir.join('together', name)).metadata()).toMatchObject({ width, height });
  }
  // One PNG and one JPEG.
  for (const [n, path] of paths.slice(0, 2).entries()) {
    await runHere([...detect, '--draw', dir.join('alone'), path]);
    const alone = await readFile(dir.join('alone', names[n] ?? ''));
    expect(alone.equals(await readFile(dir.join('together', names[n] ?? ''))), path).toBe(true);
  }
});

it('an image that cannot be read is reported where the others are drawn', async () => {
  await using dir = await tempDir();
  const [first = '', second = ''] = await pictures(dir, [
    [160, 120],
    [61, 200],
  ]);
  const bad = dir.join('bad.jpg');
  await writeFile(bad, 'no image');
  const detect = ['detect', '--model', await bundle(dir), '--draw', dir.join('out'), first, bad, second];
  const { code, stderr } = await runHere(detect);
  expect([code, stderr]).toEqual([1, expect.stringContaining('bad.jpg')]);
  expect((await readdir(dir.join('out'))).toSorted()).toEqual(['p0-000000.jpg', 'p1-000000.jpg']);
});
