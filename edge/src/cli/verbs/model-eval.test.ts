import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { lumaClassifier, lumaMap, squares, writeBundle } from '../../../../tests/support/luma-models.ts';
import { brightBlobDetector, writeTinyBundle } from '../../../../tests/support/tiny-onnx.ts';

const SIZE = 64;
/** Cells of 16 pixels of the model are 32 of the pictures. */
const PICTURE = 128;
const CELL = 32;
const SQUARE = '0 0.375 0.375 0.25 0.25\n';

let dir: TempDir;
let model: string;
let set: string;

beforeAll(async () => {
  dir = await tempDir();
  const blobs = brightBlobDetector({ size: SIZE, cell: 16 });
  model = await writeTinyBundle(dir.join('blobs'), blobs, { size: SIZE, labels: ['spill'] });
  set = dir.join('set');
  await mkdir(dir.join('set/labels'), { recursive: true });
  await squares(dir.join('set/images/found.png'), PICTURE, CELL, [[32, 32]]);
  await squares(dir.join('set/images/invented.png'), PICTURE, CELL, [[64, 0]]);
  await squares(dir.join('set/images/missed.png'), PICTURE, CELL, []);
  await writeFile(dir.join('set/labels/found.txt'), SQUARE);
  await writeFile(dir.join('set/labels/missed.txt'), SQUARE);
  await writeFile(dir.join('set/names.txt'), 'water\n');
});
afterAll(() => dir[Symbol.asyncDispose]());

const reported = (stdout: string): unknown => JSON.parse(stdout);

describe('lineside model eval', () => {
  // One of two objects found, and one thing found that is not there, with the same score: a single point of the curve.
  it('compares boxes, prints JSON, and writes a page with the worst images', async () => {
    const page = dir.join('report.html');
    const args = ['model', 'eval', model, '--data', set, '--map', 'water=spill', '--json', '--report', page];
    const { code, stdout } = await runHere(args);
    expect(code).toBe(0);
    expect(reported(stdout)).toMatchObject({
      pictures: 3,
      withoutResult: 0,
      all: { truths: 2, precision: 0.5, recall: 0.5, f1: 0.5, ap50: 0.25 },
      confusion: {
        labels: ['spill', 'background'],
        counts: [
          [1, 1],
          [1, 0],
        ],
      },
    });
    const html = await readFile(page, 'utf8');
    expect(html.match(/<figure>/g)).toHaveLength(2);
    expect(html).toMatch(/false: spill 0\.9\d[\s\S]*missed: spill/);
    expect(html).not.toMatch(/(src|href)="(?!data:image\/jpeg)/);
    const jpeg = Buffer.from(/base64,([^"]+)"/.exec(html)?.[1] ?? '', 'base64');
    expect([jpeg[0], jpeg[1]]).toEqual([0xff, 0xd8]);
  });

  it('reports images that cannot be read, leaves them out and ends with 1', async () => {
    await using broken = await tempDir();
    await squares(broken.join('images/found.png'), PICTURE, CELL, [[32, 32]]);
    await mkdir(broken.join('labels'));
    await writeFile(broken.join('images/torn.png'), 'no picture');
    await writeFile(broken.join('labels/found.txt'), SQUARE);
    const args = ['model', 'eval', model, '--data', broken.path, '--names', 'spill', '--json'];
    const { code, stdout, stderr } = await runHere(args);
    expect(code).toBe(1);
    expect(stderr).toContain('no result: torn.png');
    expect(reported(stdout)).toMatchObject({
      pictures: 2,
      withoutResult: 1,
      all: { truths: 1, precision: 1, recall: 1 },
    });
  });

  it('uses an imported model although --data names the images', async () => {
    const blobs = brightBlobDetector({ size: SIZE, cell: 16 });
    await writeTinyBundle(dir.join('state/models/mine'), blobs, { id: 'mine', size: SIZE, labels: ['water'] });
    const args = ['model', 'eval', 'mine', '--imported', dir.join('state'), '--data', set, '--json'];
    const { code, stdout } = await runHere(args);
    expect([code, reported(stdout)]).toMatchObject([0, { model: 'mine', all: { truths: 2 } }]);
  });

  it('evaluates classes by the folders of the images', async () => {
    const output = { name: 'output0', family: 'classify' } as const;
    const labels = ['bright', 'dark'];
    const luma = await writeBundle(dir.join('luma'), lumaClassifier(SIZE), {
      size: SIZE,
      labels,
      task: 'classify',
      output,
    });
    await squares(dir.join('classes/bright/a.png'), SIZE, SIZE, [[0, 0]]);
    await squares(dir.join('classes/dark/b.png'), SIZE, 8, []);
    await squares(dir.join('classes/dark/c.png'), SIZE, SIZE, [[0, 0]]);
    const { code, stdout } = await runHere(['model', 'eval', luma, '--data', dir.join('classes'), '--json']);
    expect(code).toBe(0);
    expect(reported(stdout)).toMatchObject({
      form: 'folders',
      top5: 1,
      confusion: {
        counts: [
          [1, 0],
          [1, 1],
        ],
      },
    });
    expect((reported(stdout) as { top1: number }).top1).toBeCloseTo(2 / 3, 12);
  });

  it('evaluates anomalies by image and by pixel', async () => {
    const output = { name: 'output0', family: 'anomaly', options: { threshold: 0.5 } } as const;
    const facts = { size: SIZE, labels: ['anomaly'], task: 'anomaly', output } as const;
    const map = await writeBundle(dir.join('map'), lumaMap(SIZE, 8), facts);
    await squares(dir.join('anomalies/images/normal-1.png'), SIZE, 8, []);
    await squares(dir.join('anomalies/images/stain-1.png'), SIZE, 16, [[16, 32]]);
    await squares(dir.join('anomalies/masks/stain-1.png'), SIZE, 16, [[16, 32]]);
    const { code, stdout } = await runHere(['model', 'eval', map, '--data', dir.join('anomalies'), '--json']);
    expect(code).toBe(0);
    expect(reported(stdout)).toMatchObject({ form: 'mask', good: 1, defect: 1, imageAuroc: 1, pixelAuroc: 1, f1: 1 });
  });

  it.each([
    ['no set', [], 'usage'],
    ['a folder that is not there', ['--data', '/nowhere'], 'set_missing'],
    ['labels that are others', ['--data', 'SET'], 'labels_unmatched'],
    ['a set for another task', ['--data', 'SET/..', '--format', 'mask'], 'set_form'],
    ['names in a file that is not there', ['--data', 'SET', '--names', './nowhere.txt'], 'usage'],
  ])('refuses %s with a code', async (_, args, code) => {
    const real = args.map((arg) => arg.replace('SET', set));
    const { code: exit, stdout } = await runHere(['model', 'eval', model, ...real, '--json']);
    expect([exit, reported(stdout)]).toMatchObject([2, { error: { code } }]);
  });
});

describe('lineside model compare', () => {
  it('shows each figure of both models, and ends with 1 where the second one is worse', async () => {
    // One that reports nothing at all misses both objects, and invents none.
    const blind = await writeTinyBundle(dir.join('blind'), brightBlobDetector({ size: SIZE, cell: 16 }), {
      ...{ size: SIZE, labels: ['spill'], score: 0.999999 },
    });
    const args = ['--data', set, '--map', 'water=spill', '--json'];
    const worse = await runHere(['model', 'compare', model, blind, ...args]);
    expect(worse.code).toBe(1);
    expect(reported(worse.stdout)).toMatchObject({
      verdict: 'worse',
      figures: expect.arrayContaining([{ of: 'spill', figure: 'recall', a: 0.5, b: 0 }]) as unknown,
      a: { pictures: 3 },
      b: { all: { recall: 0 } },
    });
    const same = await runHere(['model', 'compare', model, model, ...args]);
    expect([same.code, reported(same.stdout)]).toMatchObject([0, { verdict: 'same' }]);
    const better = await runHere(['model', 'compare', blind, model, ...args.slice(0, -1)]);
    expect(better.code).toBe(0);
    expect(better.stdout).toMatch(/recall +0\.000 +0\.500 +\+0\.500[\s\S]*The second model is better/);
  });
});
