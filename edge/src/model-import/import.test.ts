import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Manifest } from '@lineside/models';
import sharp from 'sharp';
import { beforeAll, describe, expect, it } from 'vitest';
import {
  gridBoxes,
  type MadeModel,
  type MadeOutput,
  madeModel,
  madeWeights,
} from '../../../tests/support/made-model.ts';
import { runHere } from '../../../tests/support/lineside.ts';
import { encodeModel } from '@lineside/models';
import { type TempDir, tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector, constantDetector } from '../../../tests/support/tiny-onnx.ts';

const SIDE = 64;
const BOXES = gridBoxes(SIDE, SIDE);
const NAMES = { names: "{0: 'cap', 1: 'no cap'}", task: 'detect', stride: '32', imgsz: `[${SIDE}, ${SIDE}]` };

/** A small picture of every level, so that no test waits for large ones. */
let picture: Uint8Array;
beforeAll(async () => {
  const pixels = Uint8Array.from({ length: 48 * 32 * 3 }, (_, i) => (i * 7 + Math.floor(i / 144) * 3) % 256);
  picture = await sharp(pixels, { raw: { width: 48, height: 32, channels: 3 } })
    .png()
    .toBuffer();
});

const square = (outputs: readonly MadeOutput[], more: Partial<MadeModel> = {}): MadeModel => ({
  width: SIDE,
  height: SIDE,
  outputs,
  ...more,
});
const yolov8 = (classes = 2): MadeOutput => ({
  name: 'output0',
  shape: [1, 4 + classes, BOXES],
  parts: [
    { size: 4, as: 'sigmoid', factor: SIDE },
    { size: classes, as: 'sigmoid' },
  ],
});
const rows = (
  name: string,
  shape: readonly number[],
  as: 'sigmoid' | 'linear' | 'softmax',
  factor = 1,
): MadeOutput => ({
  name,
  shape,
  axis: shape.length - 1,
  parts: [{ size: shape.at(-1) ?? 1, as, factor }],
});
const yolov5 = (count: number): MadeOutput => ({
  name: 'output',
  shape: [1, count, 7],
  axis: 2,
  parts: [
    { size: 4, as: 'sigmoid', factor: SIDE },
    { size: 3, as: 'sigmoid' },
  ],
});

interface Imported {
  readonly code: number;
  readonly said: Record<string, unknown>;
  readonly stderr: string;
  readonly bundle: string;
}

/** Writes a model and imports it. */
async function imported(dir: TempDir, bytes: Uint8Array, args: readonly string[] = []): Promise<Imported> {
  const file = dir.join('foreign.onnx');
  const bundle = dir.join('bundle');
  await writeFile(file, bytes);
  await writeFile(dir.join('seen.png'), picture);
  const { code, stdout, stderr } = await runHere([
    'model',
    'import',
    file,
    '--id',
    'mine',
    '--out',
    bundle,
    '--json',
    '--golden',
    dir.join('seen.png'),
    ...args,
  ]);
  return {
    code,
    said: JSON.parse(stdout.trim().split('\n').at(-1) ?? '{}') as Record<string, unknown>,
    stderr,
    bundle,
  };
}

async function manifestIn(bundle: string): Promise<Manifest> {
  return Manifest.parse(JSON.parse(await readFile(join(bundle, 'manifest.json'), 'utf8')));
}

describe('a foreign model is found out, prepared and proven', () => {
  const cases: readonly (readonly [string, MadeModel, readonly string[], object])[] = [
    ['yolov8', square([yolov8()], { metadata: NAMES }), [], { labels: ['cap', 'no cap'], task: 'detect' }],
    ['yolov8', square([yolov8()], { metadata: NAMES, open: true }), [], { input: { width: SIDE, height: SIDE } }],
    ['yolov8', square([yolov8()], { type: 'float16', metadata: NAMES }), [], { output: { name: 'output0_float32' } }],
    [
      'yolov8',
      square([yolov8()], { layout: 'nhwc', metadata: NAMES }),
      [],
      { input: { type: 'uint8', layout: 'nhwc' } },
    ],
    ['yolov8', square([yolov8()], { channels: 1, metadata: NAMES }), [], { input: { color: 'rgb' } }],
    [
      'yolov8',
      square([yolov8()], { type: 'uint8', layout: 'nhwc', levels: 255 }),
      ['--labels', 'a,b'],
      { labels: ['a', 'b'] },
    ],
    ['yolov5', square([yolov5(3 * BOXES)]), ['--labels', 'a,b'], { output: { layout: 'anchors_first' } }],
    [
      'yolox',
      square([yolov5(BOXES)], { levels: 255 }),
      ['--labels', 'a,b'],
      { output: { options: { gridDecoded: true } } },
    ],
    [
      'yolo-end2end',
      square([
        {
          name: 'output0',
          shape: [1, 30, 6],
          axis: 2,
          parts: [
            { size: 4, as: 'sigmoid', factor: SIDE },
            { size: 1, as: 'sigmoid' },
            { size: 1, as: 'flat', bias: 1 },
          ],
        },
      ]),
      ['--labels', 'a,b'],
      { labels: ['a', 'b'] },
    ],
    [
      'yolov8-seg',
      square(
        [
          {
            name: 'output0',
            shape: [1, 38, BOXES],
            parts: [
              { size: 4, as: 'sigmoid', factor: SIDE },
              { size: 2, as: 'sigmoid' },
              { size: 32, as: 'linear' },
            ],
          },
          { name: 'output1', shape: [1, 32, 16, 16] },
        ],
        { metadata: { ...NAMES, task: 'segment' } },
      ),
      [],
      { task: 'segment', output: { names: ['output0', 'output1'] } },
    ],
    [
      'classify',
      square([rows('prob', [1, 3], 'softmax')]),
      ['--labels', 'a,b,c'],
      { output: { options: { softmax: 'inside' } } },
    ],
    [
      'classify',
      square([rows('logits', [1, 3], 'linear')]),
      ['--labels', 'a,b,c'],
      { output: { options: { softmax: 'outside' } } },
    ],
    [
      'nanodet',
      square(
        [8, 16, 32].flatMap((stride) => [
          rows(`cls_${stride}`, [1, (SIDE / stride) ** 2, 2], 'sigmoid'),
          rows(`dis_${stride}`, [1, (SIDE / stride) ** 2, 32], 'linear'),
        ]),
      ),
      ['--labels', 'a,b'],
      { output: { names: ['cls_8', 'cls_16', 'cls_32', 'dis_8', 'dis_16', 'dis_32'], options: { sigmoid: 'inside' } } },
    ],
    [
      'fastestdet',
      square([
        {
          name: 'out',
          shape: [1, 7, 4, 4],
          parts: [
            { size: 1, as: 'sigmoid' },
            { size: 4, as: 'linear' },
            { size: 2, as: 'sigmoid' },
          ],
        },
      ]),
      ['--labels', 'a,b'],
      {},
    ],
    [
      'ssd',
      square([rows('scores', [1, 1200, 3], 'softmax'), rows('boxes', [1, 1200, 4], 'sigmoid')]),
      ['--labels', 'a,b'],
      { output: { options: { background: 0, boxes: 'normalised' } } },
    ],
    [
      'detr',
      square([rows('logits', [1, 50, 2], 'linear'), rows('pred_boxes', [1, 50, 4], 'sigmoid')]),
      ['--labels', 'a,b'],
      { output: { options: { sigmoid: 'outside' } } },
    ],
    [
      'detr',
      square([rows('logits', [1, 50, 3], 'linear'), rows('pred_boxes', [1, 50, 4], 'sigmoid')]),
      ['--labels', 'a,b'],
      { output: { options: { background: 2 } } },
    ],
    [
      'detr',
      square(
        [
          { name: 'labels', shape: [1, 30], type: 'int64', parts: [{ size: 30, as: 'flat', bias: 1 }] },
          rows('boxes', [1, 30, 4], 'sigmoid', SIDE),
          rows('scores', [1, 30], 'sigmoid'),
        ],
        { sizesInput: 'int64', open: true },
      ),
      ['--labels', 'a,b', '--size', `${SIDE}x${SIDE}`],
      { extraInputs: [{ name: 'orig_target_sizes', type: 'int64' }], output: { names: ['labels', 'boxes', 'scores'] } },
    ],
    [
      'anomaly',
      square([
        rows('pred_score', [1, 1], 'sigmoid'),
        { name: 'anomaly_map', shape: [1, 1, 32, 32], parts: [{ size: 1, as: 'sigmoid' }] },
      ]),
      [],
      { task: 'anomaly', labels: ['anomaly'], output: { options: { mapOutput: 'anomaly_map' } } },
    ],
    [
      'autoencoder',
      square([{ name: 'again', shape: [1, 3, SIDE, SIDE], parts: [{ size: 3, as: 'sigmoid' }] }]),
      [],
      { task: 'anomaly' },
    ],
    [
      'yolo-raw',
      square(
        [8, 16, 32].flatMap((stride) => [
          rows(`cls_${stride}`, [1, (SIDE / stride) ** 2, 2], 'sigmoid'),
          rows(`obj_${stride}`, [1, (SIDE / stride) ** 2, 1], 'sigmoid'),
          rows(`bbox_${stride}`, [1, (SIDE / stride) ** 2, 4], 'linear'),
        ]),
      ),
      ['--labels', 'a,b'],
      { output: { options: { strides: [8, 16, 32] } } },
    ],
  ];

  it.each(cases)('%s %#', async (family, model, args, wanted) => {
    await using dir = await tempDir();
    const { code, said, stderr, bundle } = await imported(dir, madeModel(model), args);
    expect(stderr).toBe('');
    expect(code).toBe(0);
    expect(said).toMatchObject({ family, prepared: true });
    expect(said['difference']).toBeLessThan(1e-5);
    const manifest = await manifestIn(bundle);
    expect(manifest).toMatchObject({
      output: { family },
      input: { type: 'uint8', layout: 'nhwc' },
      original: { prepared: true },
    });
    expect(manifest).toMatchObject(wanted);
    expect(manifest.golden.length).toBeGreaterThan(1);
  });
});

describe('a foreign model is refused', () => {
  const bare = square([yolov8()]);
  const cases: readonly (readonly [string, Uint8Array, readonly string[]])[] = [
    ['not_onnx', Buffer.from('<html>no model</html>'), []],
    ['model_truncated', madeModel(bare).subarray(0, 3000), []],
    ['external_data_missing', madeModel({ ...bare, weightsFile: 'weights.bin' }), []],
    ['external_data_missing', madeModel({ ...bare, weightsFile: '../../etc/weights' }), []],
    ['labels_count', madeModel(bare), ['--labels', 'one,two,three']],
    ['labels_count', madeModel(square([yolov8(3)], { metadata: NAMES })), []],
    ['size_unsupported', madeModel(square([yolov8()], { open: true })), ['--labels', 'a,b', '--size', '96x96']],
    ['size_unsupported', madeModel(bare), ['--labels', 'a,b', '--size', '128x128']],
    ['family_unknown', madeModel(square([{ name: 'odd', shape: [1, 2, 3, 4, 5] }])), []],
    ['family_unknown', madeModel(square([yolov8()], { metadata: { ...NAMES, task: 'pose' } })), []],
    [
      'scores_suspect',
      madeModel(
        square([
          {
            name: 'output0',
            shape: [1, 6, BOXES],
            parts: [
              { size: 4, as: 'sigmoid', factor: SIDE },
              { size: 2, as: 'flat' },
            ],
          },
        ]),
      ),
      ['--labels', 'a,b'],
    ],
    [
      'scores_suspect',
      madeModel(
        square([
          {
            name: 'output0',
            shape: [1, 6, BOXES],
            parts: [
              { size: 4, as: 'sigmoid', factor: SIDE },
              { size: 2, as: 'flat', bias: 0.3 },
            ],
          },
        ]),
      ),
      ['--labels', 'a,b'],
    ],
    [
      'scores_suspect',
      madeModel(
        square([
          {
            name: 'output0',
            shape: [1, 6, BOXES],
            parts: [
              { size: 4, as: 'sigmoid', factor: SIDE },
              { size: 2, as: 'linear', factor: 9 },
            ],
          },
        ]),
      ),
      ['--labels', 'a,b'],
    ],
    [
      'scores_suspect',
      madeModel(
        square([
          {
            name: 'output0',
            shape: [1, 6, BOXES],
            parts: [
              { size: 4, as: 'sigmoid', factor: SIDE },
              { size: 2, as: 'linear', factor: Number.NaN },
            ],
          },
        ]),
      ),
      ['--labels', 'a,b'],
    ],
    [
      'operators_custom',
      encodeModel({
        inputs: [{ name: 'x', type: 'float32', shape: [1, 3, 64, 64] }],
        outputs: [{ name: 'y', type: 'float32', shape: [1, 6, 84] }],
        nodes: [{ op: 'FastNms', domain: 'com.vendor', inputs: ['x'], outputs: ['y'] }],
        domains: ['com.vendor'],
      }),
      [],
    ],
    [
      'operators_custom',
      encodeModel({
        inputs: [{ name: 'x', type: 'float32', shape: [1, 3, 64, 64] }],
        outputs: [{ name: 'y', type: 'float32', shape: [1, 6, 84] }],
        nodes: [{ op: 'NoSuchOperator', inputs: ['x'], outputs: ['y'] }],
      }),
      [],
    ],
    [
      'input_unsupported',
      encodeModel({
        inputs: [{ name: 'features', type: 'float32', shape: ['batch', 12] }],
        outputs: [{ name: 'y', type: 'float32', shape: ['batch', 12] }],
        nodes: [{ op: 'Identity', inputs: ['features'], outputs: ['y'] }],
      }),
      [],
    ],
    [
      'input_unsupported',
      encodeModel({
        inputs: [{ name: 'input_ids', type: 'int64', shape: ['batch', 'sequence'] }],
        outputs: [{ name: 'y', type: 'int64', shape: ['batch', 'sequence'] }],
        nodes: [{ op: 'Identity', inputs: ['input_ids'], outputs: ['y'] }],
      }),
      [],
    ],
  ];

  it.each(cases)('as %s %#', async (wanted, bytes, args) => {
    await using dir = await tempDir();
    const { code, said, stderr, bundle } = await imported(dir, bytes, args);
    expect(said).toMatchObject({ error: { code: wanted } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Error: .+\nTry: .+\n$/s);
    await expect(readFile(join(bundle, 'manifest.json'))).rejects.toThrow('ENOENT');
  });

  it('where there is no room for it: 3', async () => {
    await using dir = await tempDir();
    const { code, said } = await imported(dir, madeModel(bare), [
      '--labels',
      'a,b',
      '--out',
      join(dir.join('seen.png'), 'bundle'),
    ]);
    expect(said).toMatchObject({ error: { code: 'data_folder_unwritable' } });
    expect(code).toBe(3);
  });

  it('where a bundle is there already, until it may be replaced', async () => {
    await using dir = await tempDir();
    const bytes = madeModel(bare);
    expect((await imported(dir, bytes, ['--labels', 'a,b'])).code).toBe(0);
    expect((await imported(dir, bytes, ['--labels', 'c,d'])).said).toMatchObject({ error: { code: 'bundle_exists' } });
    const again = await imported(dir, bytes, ['--labels', 'c,d', '--replace']);
    expect(again.code).toBe(0);
    expect((await manifestIn(again.bundle)).labels).toEqual(['c', 'd']);
  });
});

describe('a foreign model that cannot be prepared', () => {
  it('runs as it was given and says why', async () => {
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
    const { code, said, bundle } = await imported(dir, bytes, ['--labels', 'a,b']);
    expect(said['error']).toBeUndefined();
    expect(code).toBe(0);
    expect(said).toMatchObject({ prepared: false, unprepared: 'operator set 6 is older than 7' });
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

describe('a suspect model that was forced in', () => {
  it('is degraded in its manifest and in every result', async () => {
    await using dir = await tempDir();
    const flat = square([
      {
        name: 'output0',
        shape: [1, 6, BOXES],
        parts: [
          { size: 4, as: 'sigmoid', factor: SIDE },
          { size: 2, as: 'flat', bias: 0.3 },
        ],
      },
    ]);
    const { code, said, bundle } = await imported(dir, madeModel(flat), ['--labels', 'a,b', '--force']);
    expect(code).toBe(0);
    expect(said).toMatchObject({ degraded: expect.stringContaining('0.3') as string });
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
  it('holds the original with its weights, and one file that needs none', async () => {
    await using dir = await tempDir();
    const model = square([yolov8()], { metadata: NAMES, weightsFile: 'weights/w' });
    for (const { file, bytes } of madeWeights(model)) {
      await mkdir(dirname(dir.join(file)), { recursive: true });
      await writeFile(dir.join(file), bytes);
    }
    const { code, bundle } = await imported(dir, madeModel(model));
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

describe('a model that takes several pictures per run', () => {
  const args = ['--batch', '4', '--labels', 'bright', '--family', 'yolov8', '--size', '64', '--force'];

  it('has its number fixed where its first axis is open', async () => {
    await using dir = await tempDir();
    const bytes = brightBlobDetector({ size: SIDE, cell: 16, from: 0, to: 400, batch: 'n' });
    const { code, bundle } = await imported(dir, bytes, args);
    expect(code).toBe(0);
    const manifest = await manifestIn(bundle);
    expect([manifest.input.batch, manifest.original?.prepared]).toEqual([4, true]);
    const { stdout } = await runHere(['model', 'inspect', join(bundle, 'model.onnx'), '--json']);
    expect(stdout).toContain(`"shape":[4,${SIDE},${SIDE},3]`);
  });

  it.each([
    ['takes one at once', 1, 'input_unsupported'],
    ['has one answer for all', 'n', 'model_shape'],
  ])('is refused where it %s', async (_, axis, wanted) => {
    await using dir = await tempDir();
    const box = { cx: 32, cy: 32, width: 16, height: 8, classIndex: 0, score: 0.75 };
    const bytes = constantDetector({
      size: SIDE,
      classes: 1,
      boxes: Array.from({ length: 9 }, () => box),
      batch: axis,
    });
    const { code, stderr, said } = await imported(dir, bytes, args);
    expect([code, said]).toEqual([2, { error: expect.objectContaining({ code: wanted }) as object }]);
    expect(stderr).toContain('batch');
  });
});
