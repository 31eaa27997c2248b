import { describe, expect, it } from 'vitest';
import { type FamilyGuess, type GraphFacts, guessFamilies } from './index.ts';

type Shape = readonly (number | string)[];
interface Out {
  readonly name: string;
  readonly shape: Shape;
  readonly type?: string;
}

function guess(
  outputs: readonly Out[],
  more: Partial<Pick<GraphFacts, 'hints' | 'labels' | 'width' | 'height'>> & {
    readonly makers?: readonly string[];
  } = {},
): FamilyGuess | undefined {
  const { makers = [], hints = {}, labels, ...size } = more;
  const all = outputs.map(({ type = 'float32', ...rest }) => ({ type, ...rest }));
  const facts = { width: 640, height: 640, channels: 3, hasSizesInput: false, hints, labels, ...size } as const;
  return guessFamilies({ ...facts, outputs: all, makers: () => new Set(makers) })[0];
}

/** Every order of a list. */
function orders<T>(items: readonly T[]): readonly (readonly T[])[] {
  if (items.length < 2) return [items];
  return items.flatMap((item, n) => orders(items.toSpliced(n, 1)).map((rest) => [item, ...rest]));
}

describe('labels, boxes and scores are found by shape, type and name, in any order and with and without a batch', () => {
  const plain: readonly Out[] = [
    { name: 'labels', shape: [300], type: 'int64' },
    { name: 'boxes', shape: [300, 4] },
    { name: 'scores', shape: [300] },
  ];
  const counted: readonly Out[] = [
    { name: 'num_dets', shape: [1, 1], type: 'int32' },
    { name: 'det_boxes', shape: [1, 100, 4] },
    { name: 'det_scores', shape: [1, 100] },
    { name: 'det_classes', shape: [1, 100], type: 'int32' },
  ];
  const withBatch = plain.map((output) => ({ ...output, shape: [1, ...output.shape] }));
  const nameless = plain.map((output, n) => ({ ...output, name: `output_${n}` }));
  const open = plain.map((output) => ({ ...output, shape: ['n', ...output.shape.slice(1)] }));
  const four = [
    { name: 'scores', shape: [1, 4] },
    { name: 'boxes', shape: [1, 4, 4] },
    { name: 'labels', shape: [1, 4], type: 'int64' },
  ];
  const floatLabels = withBatch.map(({ name, shape }) => ({ name, shape }));

  it.each([
    ['without a batch', plain, ['labels', 'boxes', 'scores']],
    ['with a batch', withBatch, ['labels', 'boxes', 'scores']],
    ['without names', nameless, ['output_0', 'output_1', 'output_2']],
    ['of open number', open, ['labels', 'boxes', 'scores']],
    ['of four boxes', four, ['labels', 'boxes', 'scores']],
    ['with labels as floats', floatLabels, ['labels', 'boxes', 'scores']],
    ['beside their count, as EfficientNMS gives them', counted, ['det_classes', 'det_boxes', 'det_scores']],
  ] as readonly (readonly [string, readonly Out[], readonly string[]])[])('%s', (_what, outputs, roles) => {
    for (const order of orders(outputs)) expect(guess(order)).toMatchObject({ family: 'detr', outputs: roles });
  });

  it('and EfficientNMS takes the images of YOLO', () => {
    expect(guess(counted)).toMatchObject({ imagesAs: 'yolov8' });
  });
});

describe('lists of boxes after non-maximum suppression are recognised', () => {
  it.each([
    ['YOLOv7', [{ name: 'output', shape: ['n', 7] }], { columns: 'batch_box_class_score' }],
    [
      'PaddleDetection',
      [
        { name: 'multiclass_nms3_0.tmp_0', shape: ['n', 6] },
        { name: 'multiclass_nms3_0.tmp_2', shape: [1], type: 'int32' },
      ],
      { columns: 'class_score_box' },
    ],
    ['OpenVINO', [{ name: 'detection_out', shape: [1, 1, 200, 7] }], { columns: 'batch_class_score_box' }],
    ['a list without a frame', [{ name: 'dets', shape: [50, 6] }], { columns: 'box_score_class' }],
  ] as readonly (readonly [string, readonly Out[], object])[])('of %s', (_what, outputs, options) => {
    for (const order of orders(outputs)) expect(guess(order)).toMatchObject({ family: 'nms-rows', options });
  });

  it('of ONNX itself: indices beside boxes and scores, in any order', () => {
    const outputs: readonly Out[] = [
      { name: 'a', shape: ['n', 3], type: 'int64' },
      { name: 'b', shape: [1, 8400, 4] },
      { name: 'c', shape: [1, 80, 8400] },
    ];
    for (const order of orders(outputs))
      expect(guess(order)).toMatchObject({ family: 'nms-indices', outputs: ['a', 'b', 'c'], classes: 80 });
  });
});

describe('a kind that only the shape speaks for is uncertain', () => {
  it.each([
    ['one unnamed map (text detection, depth)', [{ name: 'sigmoid_0.tmp_0', shape: [1, 1, 640, 640] }], {}],
    ['an image of the input (sharpening, denoising)', [{ name: 'output', shape: [1, 3, 640, 640] }], {}],
    ['256 numbers (an embedding)', [{ name: 'output', shape: [1, 256] }], {}],
    ['numbers called an embedding', [{ name: 'embedding', shape: [1, 512] }], { makers: ['Sigmoid'] }],
    ['a coarse map of classes without labels', [{ name: 'out', shape: [1, 21, 40, 40] }], {}],
    ['a fine map of classes without labels', [{ name: 'out', shape: [1, 21, 160, 160] }], {}],
    ['one score', [{ name: 'dense', shape: [1, 1] }], { makers: ['Sigmoid'] }],
  ] as readonly (readonly [string, readonly Out[], object])[])('%s', (_what, outputs, more) => {
    expect(guess(outputs, more)).toMatchObject({ uncertain: true });
  });

  it.each([
    ['labels for its classes', 'classify', [{ name: 'output', shape: [1, 256] }], { labels: 256 }],
    ['softmax in the graph', 'classify', [{ name: 'output', shape: [1, 7] }], { makers: ['Softmax'] }],
    ['a label for its score', 'classify', [{ name: 'dense', shape: [1, 1] }], { labels: 1 }],
    ['two labels for its score', 'classify', [{ name: 'dense', shape: [1, 1] }], { labels: 2 }],
    ['labels for its planes', 'semantic', [{ name: 'out', shape: [1, 3, 160, 160] }], { labels: 2 }],
    ['its name', 'anomaly', [{ name: 'anomaly_map', shape: [1, 1, 640, 640] }], {}],
    ['its name', 'autoencoder', [{ name: 'reconstruction', shape: [1, 3, 640, 640] }], {}],
  ] as readonly (readonly [string, string, readonly Out[], object])[])(
    'unless %s says that it is %s',
    (_what, family, outputs, more) => {
      const first = guess(outputs, more);
      expect(first).toMatchObject({ family });
      expect(first?.uncertain).toBeUndefined();
    },
  );
});

describe('kinds of Ultralytics are recognised by their metadata', () => {
  it.each([
    ['pose', 'yolov8-pose', [1, 56, 8400], { task: 'pose' }, undefined],
    ['pose of hands', 'yolov8-pose', [1, 68, 8400], { task: 'pose', keypoints: 63 }, 1],
    ['pose without metadata', 'yolov8-pose', [1, 56, 8400], {}, undefined],
    ['finished poses', 'yolov8-pose', [1, 300, 57], { task: 'pose' }, undefined],
    ['oriented boxes', 'yolov8-obb', [1, 20, 8400], { task: 'obb' }, 15],
    ['oriented boxes without metadata', 'yolov8-obb', [1, 20, 8400], {}, 15],
    ['plain boxes', 'yolov8', [1, 20, 8400], {}, 16],
  ] as readonly (readonly [string, string, Shape, GraphFacts['hints'], number | undefined])[])(
    '%s as %s',
    (_what, family, shape, hints, labels) => {
      expect(guess([{ name: 'output0', shape }], { hints, labels })).toMatchObject({ family });
    },
  );

  it('segmentation of YOLOv5 by three boxes per cell', () => {
    const outputs: readonly Out[] = [
      { name: 'output1', shape: [1, 32, 160, 160] },
      { name: 'output0', shape: [1, 25_200, 117] },
    ];
    for (const order of orders(outputs))
      expect(guess(order)).toMatchObject({ family: 'yolov5-seg', outputs: ['output0', 'output1'], classes: 80 });
  });
});
