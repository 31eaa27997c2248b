import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { encodeModel, type Manifest } from '@lineside/models';
import { describe, expect, it } from 'vitest';
import {
  BOXES,
  importForeign,
  manifestIn,
  NAMES,
  SIDE,
  square,
  yolov8,
  yolov8WithScores,
} from '../../../tests/support/foreign-models.ts';
import { madeModel, madeWeights } from '../../../tests/support/made-model.ts';
import { runHere } from '../../../tests/support/lineside.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, constantDetector } from '../../../tests/support/tiny-onnx.ts';

describe('a bundle of a model that cannot be prepared', () => {
  it('runs the original and states the reason', async () => {
    await using dir = await tempDir();
    const weights = Float32Array.from({ length: 3 * 6 * BOXES }, (_, i) => Math.sin(i * i));
    // Before operator set 7 there was no broadcasting, so that no mean can be taken away.
    const bytes = encodeModel({
      inputs: [{ name: 'x', type: 'float32', shape: [1, 3, SIDE, SIDE] }],
      outputs: [{ name: 'y', type: 'float32', shape: [1, 6, BOXES] }],
      constants: [
        { name: 'flat', shape: [2], data: BigInt64Array.of(1n, 3n) },
        { name: 'table', shape: [3], data: BigInt64Array.of(1n, 6n, BigInt(BOXES)) },
        { name: 'w', shape: [3, 6 * BOXES], data: weights },
      ],
      nodes: [
        { op: 'GlobalAveragePool', inputs: ['x'], outputs: ['a'] },
        { op: 'Reshape', inputs: ['a', 'flat'], outputs: ['b'] },
        { op: 'MatMul', inputs: ['b', 'w'], outputs: ['c'] },
        { op: 'Sigmoid', inputs: ['c'], outputs: ['d'] },
        { op: 'Reshape', inputs: ['d', 'table'], outputs: ['y'] },
      ],
      opset: 6,
    });
    const { code, answer, bundle } = await importForeign(dir, bytes, ['--labels', 'a,b']);
    expect(answer['error']).toBeUndefined();
    expect(code).toBe(0);
    expect(answer).toMatchObject({ prepared: false, unprepared: 'operator set 6 is older than 7' });
    const manifest = await manifestIn(bundle);
    expect(manifest).toMatchObject({
      input: { type: 'float32', layout: 'nchw', mean: [0, 0, 0], std: [255, 255, 255] },
      original: { prepared: false, reason: 'operator set 6 is older than 7' },
    });
    expect(await readFile(join(bundle, 'model.onnx'))).toEqual(Buffer.from(bytes));
    const { stdout } = await runHere([
      'detect',
      '--model',
      bundle,
      join(bundle, manifest.golden[0]?.image ?? ''),
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'ok' });
  });
});

describe('a bundle of a model with suspect scores, imported with --force', () => {
  it('is degraded in its manifest and in every result', async () => {
    await using dir = await tempDir();
    const flat = yolov8WithScores({ as: 'flat', bias: 0.3 });
    const { code, answer, bundle } = await importForeign(dir, madeModel(flat), ['--labels', 'a,b', '--force']);
    expect(code).toBe(0);
    expect(answer).toMatchObject({ degraded: expect.stringContaining('0.3') as string });
    const manifest = await manifestIn(bundle);
    expect(manifest.degraded?.reason).toContain('every score is 0.3');
    const { stdout } = await runHere([
      'detect',
      '--model',
      bundle,
      join(bundle, manifest.golden[0]?.image ?? ''),
      '--json',
    ]);
    expect(JSON.parse(stdout)).toMatchObject({ status: 'degraded' });
  });
});

describe('an imported bundle', () => {
  it('contains the original with its weights, and one file without external weights', async () => {
    await using dir = await tempDir();
    const model = square([yolov8()], { metadata: NAMES, weightsFile: 'weights/w' });
    for (const { file, bytes } of madeWeights(model)) {
      await mkdir(dirname(dir.join(file)), { recursive: true });
      await writeFile(dir.join(file), bytes);
    }
    const { code, bundle } = await importForeign(dir, madeModel(model));
    expect(code).toBe(0);
    const manifest = await manifestIn(bundle);
    expect(manifest.original).toMatchObject({ file: 'original/foreign.onnx', prepared: true });
    for (const { file, bytes } of madeWeights(model))
      expect(await readFile(join(bundle, 'original', file))).toEqual(Buffer.from(bytes));
    await rm(dir.join('weights'), { recursive: true });
    const { code: seen } = await runHere(['detect', '--model', bundle, join(bundle, manifest.golden[0]?.image ?? '')]);
    expect(seen).toBe(0);
    expect(await readFile(join(bundle, 'CARD.md'), 'utf8')).toContain('# mine 1.0.0');
    expect(await readFile(join(bundle, 'labels.txt'), 'utf8')).toBe('cap\nno cap\n');
  });

  it.each([
    ['its metadata', 'metadata'],
    ['a file of names', 'file'],
  ])('has labels that are harmless wherever they are shown, when those of %s are not', async (_, from) => {
    await using dir = await tempDir();
    const names = ['cap\u001b[2J\u0007', 'no\u202e cap\n* forged'];
    const literal = JSON.stringify(names);
    const labels = dir.join('names');
    await writeFile(labels, literal);
    const metadata = { ...NAMES, names: literal };
    const bytes = madeModel(square([yolov8()], from === 'metadata' ? { metadata } : {}));
    const { code, bundle } = await importForeign(dir, bytes, from === 'file' ? ['--labels', labels] : []);
    expect(code).toBe(0);
    const shown = ['cap\\u001b[2J\\u0007', 'no\\u202e cap\\u000a* forged'];
    // As it lies in the file: whoever reads it with other programs is safe too.
    const manifest = JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')) as Manifest;
    expect(manifest.labels).toEqual(shown);
    expect(await readFile(join(bundle, 'labels.txt'), 'utf8')).toBe(`${shown.join('\n')}\n`);
    for (const file of ['manifest.json', 'labels.txt', 'CARD.md'])
      expect(await readFile(join(bundle, file), 'utf8')).not.toMatch(/[^\P{C}\n]/u);
  });

  it('in the data folder is found by its id', async () => {
    await using dir = await tempDir();
    const file = dir.join('foreign.onnx');
    await writeFile(file, madeModel(square([yolov8()], { metadata: NAMES })));
    expect((await runHere(['model', 'import', file, '--id', 'mine', '--data', dir.path])).code).toBe(0);
    const listed = await runHere(['model', 'list', '--data', dir.path, '--json']);
    expect(JSON.parse(listed.stdout.split('\n')[0] ?? '')).toMatchObject({
      id: 'mine',
      from: 'imported',
      family: 'yolov8',
    });
    const image = dir.join('models/mine/golden/01.png');
    expect((await runHere(['detect', '--model', 'mine', '--data', dir.path, image])).code).toBe(0);
    const config = `device: line-1\ncameras: [{id: a, url: "rtsp://host/1", models: [mine]}]\n`;
    await writeFile(dir.join('c.yaml'), config);
    expect((await runHere(['config', 'check', '--config', dir.join('c.yaml'), '--data', dir.path])).code).toBe(0);
  });
});

describe('the import of a model with several images per run', () => {
  const args = ['--batch', '4', '--labels', 'bright', '--family', 'yolov8', '--size', '64', '--force'];

  it('fixes the number where the first axis is open', async () => {
    await using dir = await tempDir();
    const bytes = brightBlobDetector({ size: SIDE, cell: 16, from: 0, to: 400, batch: 'n' });
    const { code, bundle } = await importForeign(dir, bytes, args);
    expect(code).toBe(0);
    const manifest = await manifestIn(bundle);
    expect([manifest.input.batch, manifest.original?.prepared]).toEqual([4, true]);
    const { stdout } = await runHere(['model', 'inspect', join(bundle, 'model.onnx'), '--json']);
    expect(stdout).toContain(`"shape":[4,${SIDE},${SIDE},3]`);
  });

  it.each([
    ['takes one image at once', 1, 'input_unsupported'],
    ['has one output for all images', 'n', 'model_shape'],
  ])('refuses a model that %s', async (_, axis, wanted) => {
    await using dir = await tempDir();
    const box = { cx: 32, cy: 32, width: 16, height: 8, classIndex: 0, score: 0.75 };
    const bytes = constantDetector({
      size: SIDE,
      classes: 1,
      boxes: Array.from({ length: 9 }, () => box),
      batch: axis,
    });
    const { code, stderr, answer } = await importForeign(dir, bytes, args);
    expect([code, answer]).toEqual([2, { error: expect.objectContaining({ code: wanted }) as object }]);
    expect(stderr).toContain('batch');
  });
});
