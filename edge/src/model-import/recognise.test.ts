import { describe, expect, it } from 'vitest';
import {
  BOXES,
  importForeign,
  manifestIn,
  NAMES,
  rows,
  SIDE,
  square,
  yolov5,
  yolov8,
} from '../../../tests/support/foreign-models.ts';
import { type MadeModel, madeModel } from '../../../tests/support/made-model.ts';
import { tempDir } from '../../../tests/support/temp-dir.ts';

describe('the import of a foreign model', () => {
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
      ['--labels', 'a,b', '--score', '0.99', '--scale', '1/255'],
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
      ['--output-options', '{"threshold": 2}'],
      { task: 'anomaly', labels: ['anomaly'], output: { options: { mapOutput: 'anomaly_map' } } },
    ],
    [
      'autoencoder',
      square([{ name: 'reconstruction', shape: [1, 3, SIDE, SIDE], parts: [{ size: 3, as: 'sigmoid' }] }]),
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
    [
      'classify',
      square([rows('dense', [1, 1], 'sigmoid')]),
      ['--labels', 'bad'],
      { labels: ['bad'], output: { options: { sigmoid: 'inside' } } },
    ],
    ['classify', square([rows('dense', [1, 1], 'sigmoid')]), ['--labels', 'good,bad'], { labels: ['good', 'bad'] }],
    [
      'semantic',
      square([rows('class_map', [1, 32, 32, 3], 'softmax')]),
      ['--labels', 'spill,crack'],
      { task: 'segment', output: { layout: 'anchors_first', options: { softmax: 'inside', background: 0 } } },
    ],
    [
      'yolov8-pose',
      square(
        [
          {
            name: 'output0',
            shape: [1, 56, BOXES],
            parts: [
              { size: 4, as: 'sigmoid', factor: SIDE },
              { size: 1, as: 'sigmoid' },
              { size: 51, as: 'linear' },
            ],
          },
        ],
        { metadata: { names: "{0: 'person'}", task: 'pose', kpt_shape: '[17, 3]', stride: '32' } },
      ),
      [],
      { labels: ['person'], task: 'detect', output: { options: { keypoints: 51 } } },
    ],
  ];

  it.each(cases)(
    'recognises the family %s, prepares the graph and proves it on images (case %#)',
    async (family, model, args, wanted) => {
      await using dir = await tempDir();
      const { code, answer, stderr, bundle } = await importForeign(dir, madeModel(model), args);
      expect(stderr).toBe('');
      expect(code).toBe(0);
      expect(answer).toMatchObject({ family, prepared: true });
      expect(answer['difference']).toBeLessThan(1e-5);
      const manifest = await manifestIn(bundle);
      expect(manifest).toMatchObject({
        output: { family },
        input: { type: 'uint8', layout: 'nhwc' },
        original: { prepared: true },
      });
      expect(manifest).toMatchObject(wanted);
      expect(manifest.golden.length).toBeGreaterThan(1);
    },
  );
});
