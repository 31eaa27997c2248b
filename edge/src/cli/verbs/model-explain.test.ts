import sharp from 'sharp';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runHere } from '../../../../tests/support/lineside.ts';
import { type TempDir, tempDir } from '../../../../tests/support/temp-dir.ts';
import { lumaClassifier, lumaMap, squares, writeBundle } from '../../../../tests/support/luma-models.ts';
import { brightBlobDetector, writeTinyBundle } from '../../../../tests/support/tiny-onnx.ts';

const SIZE = 64;
const PICTURE = 256;

let dir: TempDir;
let model: string;
let picture: string;

beforeAll(async () => {
  dir = await tempDir();
  const blobs = brightBlobDetector({ size: SIZE, cell: 16, classes: 2 });
  model = await writeTinyBundle(dir.join('blobs'), blobs, { size: SIZE, labels: ['spill', 'litter'] });
  picture = await squares(dir.join('spill.png'), PICTURE, 64, [[128, 64]]);
});
afterAll(() => dir[Symbol.asyncDispose]());

/** The hottest place lies in the white square. */
function expectInSquare(stdout: string): void {
  const { hottest } = JSON.parse(stdout) as { readonly hottest: readonly [number, number] };
  const [x, y] = hottest;
  expect([x >= 128 && x <= 192, y >= 64 && y <= 128]).toEqual([true, true]);
}

describe('lineside model explain', () => {
  it('shows by occlusion what a box is based on, and draws it', async () => {
    const out = dir.join('why.png');
    const { code, stdout } = await runHere([
      'model',
      'explain',
      model,
      picture,
      '--out',
      out,
      '--grid',
      '12',
      '--json',
    ]);
    expect(code).toBe(0);
    const reported = JSON.parse(stdout);
    expect(reported).toMatchObject({
      label: 'spill',
      box: [128, 64, 192, 128],
      belowThreshold: false,
      method: 'occlusion',
      grid: 12,
      looks: 121,
    });
    expectInSquare(stdout);
    expect(await sharp(out).metadata()).toMatchObject({ format: 'png', width: PICTURE, height: PICTURE });
    const [red = 0, , blue = 0] = await sharp(out)
      .extract({ left: 160, top: 96, width: 1, height: 1 })
      .raw()
      .toBuffer();
    expect(red - blue).toBeGreaterThan(50);
  });

  it('chooses a coarser grid to keep the time limit', async () => {
    const args = ['--grid', '64', '--seconds', '0.05', '--json'];
    const { stdout } = await runHere(['model', 'explain', model, picture, '--out', dir.join('fast.png'), ...args]);
    expect(JSON.parse(stdout).grid).toBeLessThan(64);
  });

  it('explains an anomaly by the map of the model', async () => {
    const facts = {
      size: SIZE,
      labels: ['anomaly'],
      task: 'anomaly',
      output: { name: 'output0', family: 'anomaly' },
    } as const;
    const map = await writeBundle(dir.join('map'), lumaMap(SIZE, 8), facts);
    const { code, stdout } = await runHere(['model', 'explain', map, picture, '--out', dir.join('map.png'), '--json']);
    expect(code).toBe(0);
    expect(JSON.parse(stdout)).toMatchObject({ label: 'anomaly', method: 'map' });
    expectInSquare(stdout);
  });

  it('covers parts of the image to explain its class', async () => {
    const output = { name: 'output0', family: 'classify' } as const;
    const facts = { size: SIZE, labels: ['bright', 'dark'], task: 'classify', output } as const;
    const luma = await writeBundle(dir.join('luma'), lumaClassifier(SIZE), facts);
    const args = ['model', 'explain', luma, picture, '--out', dir.join('class.png'), '--label', 'bright', '--json'];
    expectInSquare((await runHere(args)).stdout);
  });

  it.each([
    ['a label that the model does not have', ['--label', 'dog'], 2, 'usage'],
    ['a label that it does not see', ['--label', 'litter'], 1, 'nothing_found'],
  ])('refuses %s', async (_, args, exit, code) => {
    const { code: ended, stdout } = await runHere([
      'model',
      'explain',
      model,
      picture,
      '--out',
      dir.join('no.png'),
      '--json',
      ...args,
    ]);
    expect([ended, JSON.parse(stdout)]).toMatchObject([exit, { error: { code } }]);
  });
});
