import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { encodeModel } from '@lineside/models';
import { describe, expect, it } from 'vitest';
import {
  importForeign,
  manifestIn,
  NAMES,
  rows,
  square,
  yolov8,
  yolov8WithScores,
} from '../../../tests/support/foreign-models.ts';
import { madeModel } from '../../../tests/support/made-model.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';
import { brightBlobDetector } from '../../../tests/support/tiny-onnx.ts';

describe('the import refuses', () => {
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
    [
      'size_unsupported',
      encodeModel({
        inputs: [{ name: 'x', type: 'float32', shape: [1, 3, 30_000, 30_000] }],
        outputs: [{ name: 'y', type: 'float32', shape: [1, 3, 30_000, 30_000] }],
        nodes: [{ op: 'Identity', inputs: ['x'], outputs: ['y'] }],
      }),
      [],
    ],
    [
      'size_unsupported',
      madeModel(square([yolov8()], { open: true, metadata: { ...NAMES, imgsz: '[30000, 30000]' } })),
      [],
    ],
    ['family_unknown', madeModel(square([{ name: 'odd', shape: [1, 2, 3, 4, 5] }])), []],
    ['family_unknown', madeModel(square([yolov8()], { metadata: { ...NAMES, task: 'pose' } })), []],
    ['family_unknown', madeModel(square([rows('dense', [1, 1], 'sigmoid')])), []],
    ['family_unknown', madeModel(square([rows('sigmoid_0.tmp_0', [1, 1, 64, 64], 'sigmoid')])), []],
    ['family_unknown', madeModel(square([rows('output', [1, 3, 64, 64], 'sigmoid')])), []],
    ['family_unknown', madeModel(square([rows('output', [1, 256], 'linear')])), []],
    ['family_unknown', madeModel(square([rows('class_map', [1, 21, 4, 4], 'linear')])), []],
    ['family_unknown', madeModel(square([rows('s', [1, 1200, 3], 'softmax'), rows('b', [1, 1200, 4], 'linear')])), []],
    ['scores_suspect', madeModel(square([rows('pred_score', [1, 1], 'sigmoid', 90)])), []],
    ['scores_suspect', madeModel(yolov8WithScores({ as: 'flat' })), ['--labels', 'a,b']],
    ['scores_suspect', madeModel(yolov8WithScores({ as: 'flat', bias: 0.3 })), ['--labels', 'a,b']],
    ['scores_suspect', madeModel(yolov8WithScores({ as: 'linear', factor: 9 })), ['--labels', 'a,b']],
    ['scores_suspect', madeModel(yolov8WithScores({ as: 'linear', factor: Number.NaN })), ['--labels', 'a,b']],
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

  it.each(cases)('a model with the code %s, and writes no bundle (case %#)', async (wanted, bytes, args) => {
    await using dir = await tempDir();
    const { code, answer, stderr, bundle } = await importForeign(dir, bytes, args);
    expect(answer).toMatchObject({ error: { code: wanted } });
    expect(code).toBe(2);
    expect(stderr).toMatch(/^Error: .+\nTry: .+\n$/s);
    await expect(readFile(join(bundle, 'manifest.json'))).rejects.toThrow('ENOENT');
  });

  it.each([
    ['one score', [rows('dense', [1, 1], 'sigmoid')], /--labels bad\b.*--labels good,bad/],
    ['an unnamed map', [rows('map', [1, 1, 64, 64], 'sigmoid')], /--family anomaly.*--family semantic/],
    ['offsets to anchors', [rows('s', [1, 1200, 3], 'softmax'), rows('b', [1, 1200, 4], 'linear')], /anchors/],
  ] as const)('%s with advice that works, and without advice that cannot', async (_what, outputs, advice) => {
    await using dir = await tempDir();
    const { answer } = await importForeign(dir, madeModel(square(outputs)));
    expect(answer).toMatchObject({ error: { advice: expect.stringMatching(advice) as string } });
    expect(JSON.stringify(answer)).not.toContain('--outputs');
  });

  it('a model that sees more than a hundred objects where nothing is, unless it is forced; a hundred may be right', async () => {
    await using dir = await tempDir();
    // An object in every cell, however dark it is.
    const everywhere = (side: number): Uint8Array => brightBlobDetector({ size: 16 * side, cell: 16, from: -255 });
    const args = ['--labels', 'crack', '--family', 'yolov8', '--score', '0.4', '--fit', 'stretch'];
    const { code, answer, bundle } = await importForeign(dir, everywhere(11), args);
    expect([code, answer]).toMatchObject([
      2,
      {
        error: {
          code: 'scores_suspect',
          message: expect.stringContaining('reports 121 objects on an image that shows nothing') as string,
          advice: expect.stringMatching(/--family.*--force/) as string,
        },
      },
    ]);
    await expect(readFile(join(bundle, 'manifest.json'))).rejects.toThrow('ENOENT');

    const forced = await importForeign(dir, everywhere(11), [...args, '--force']);
    expect([forced.code, forced.answer['degraded']]).toEqual([0, expect.stringContaining('reports 121 objects')]);
    expect((await manifestIn(bundle)).degraded?.reason).toContain('reports 121 objects');

    const fewer = await importForeign(dir, everywhere(10), [...args, '--replace']);
    expect(fewer.answer).toMatchObject({ golden: 4, found: 400 });
    expect([fewer.code, (await manifestIn(bundle)).degraded]).toEqual([0, undefined]);
  });

  it('with exit code 3 where the bundle cannot be written', async () => {
    await using dir = await tempDir();
    const { code, answer } = await importForeign(dir, madeModel(bare), [
      '--labels',
      'a,b',
      '--out',
      join(dir.join('seen.png'), 'bundle'),
    ]);
    expect(answer).toMatchObject({ error: { code: 'data_folder_unwritable' } });
    expect(code).toBe(3);
  });

  it('to replace an existing bundle without --replace', async () => {
    await using dir = await tempDir();
    const bytes = madeModel(bare);
    expect((await importForeign(dir, bytes, ['--labels', 'a,b'])).code).toBe(0);
    expect((await importForeign(dir, bytes, ['--labels', 'c,d'])).answer).toMatchObject({
      error: { code: 'bundle_exists' },
    });
    const again = await importForeign(dir, bytes, ['--labels', 'c,d', '--replace']);
    expect(again.code).toBe(0);
    expect((await manifestIn(again.bundle)).labels).toEqual(['c', 'd']);
  });
});
