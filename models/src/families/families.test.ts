import { describe, expect, it } from 'vitest';
import { madeModel, type MadeModel } from '../../../tests/support/made-model.ts';
import { readHints } from '../onnx/metadata.ts';
import { wantsRawPixels } from '../onnx/graph-facts.ts';
import { readOnnx } from '../onnx/model.ts';
import {
  contradicts,
  type FamilyGuess,
  findScoreDefect,
  type GraphFacts,
  guessFamilies,
  imagePreparation,
  resolveOptions,
} from './index.ts';

interface Case {
  readonly size?: number;
  readonly labels?: number;
  readonly metadata?: Readonly<Record<string, string>>;
  readonly sizesInput?: boolean;
}

type Outputs = Readonly<Record<string, readonly number[]>>;

function facts(outputs: Outputs, { size = 640, labels, metadata = {}, sizesInput = false }: Case = {}): GraphFacts {
  const values: GraphFacts['outputs'] = Object.entries(outputs).map(([name, shape]) => ({
    name,
    shape,
    type: name === 'labels' ? 'int64' : 'float32',
  }));
  const hints = readHints(new Map(Object.entries(metadata)));
  const known = labels ?? hints.names?.length;
  const rest = { channels: 3, hasSizesInput: sizesInput, makers: () => new Set<string>() } as const;
  return { width: size, height: size, outputs: values, hints, labels: known, ...rest };
}

describe('the family of published models is recognised by their outputs', () => {
  const published: readonly (readonly [string, string, Outputs, Case, Partial<FamilyGuess>])[] = [
    ['YOLOv8n', 'yolov8', { output0: [1, 84, 8400] }, {}, { layout: 'attributes_first', classes: 80 }],
    ['YOLO11n with one class', 'yolov8', { output0: [1, 5, 8400] }, { labels: 1 }, { classes: 1 }],
    ['YOLOv8n of 320 pixels', 'yolov8', { output0: [1, 84, 2100] }, { size: 320 }, { classes: 80 }],
    ['YOLOv8n, transposed', 'yolov8', { output0: [1, 8400, 84] }, {}, { layout: 'anchors_first', classes: 80 }],
    ['YOLOv5s', 'yolov5', { output0: [1, 25_200, 85] }, {}, { classes: 80 }],
    [
      'YOLOv5s with its raw heads beside',
      'yolov5',
      { output: [1, 25_200, 85], a: [1, 3, 80, 80, 85], b: [1, 3, 40, 40, 85], c: [1, 3, 20, 20, 85] },
      {},
      { outputs: ['output'] },
    ],
    ['YOLOv10n', 'yolo-end2end', { output0: [1, 300, 6] }, {}, {}],
    ['YOLOX-s', 'yolox', { output: [1, 8400, 85] }, {}, { classes: 80 }],
    ['YOLOv8n-seg', 'yolov8-seg', { output0: [1, 116, 8400], output1: [1, 32, 160, 160] }, {}, { classes: 80 }],
    [
      'YOLO26n-seg',
      'yolov8-seg',
      { output0: [1, 300, 38], output1: [1, 32, 160, 160] },
      {},
      { layout: 'anchors_first' },
    ],
    [
      'YOLO-NAS',
      'ssd',
      { boxes: [1, 8400, 4], scores: [1, 8400, 80] },
      {},
      { outputs: ['scores', 'boxes'], imagesAs: 'yolov8' },
    ],
    [
      'NanoDet-Plus',
      'nanodet',
      { output: [1, 2125, 112] },
      { size: 320 },
      { classes: 80, options: { strides: [8, 16, 32, 64], regMax: 7 } },
    ],
    ['FastestDet', 'fastestdet', { 758: [1, 85, 22, 22] }, { size: 352 }, { classes: 80 }],
    [
      'RT-DETR',
      'detr',
      { labels: [1, 300], boxes: [1, 300, 4], scores: [1, 300] },
      { sizesInput: true },
      { outputs: ['labels', 'boxes', 'scores'] },
    ],
    [
      'RT-DETR of Hugging Face',
      'detr',
      { logits: [1, 300, 80], pred_boxes: [1, 300, 4] },
      {},
      { options: { sigmoid: 'outside', boxes: 'normalised' } },
    ],
    [
      'DETR',
      'detr',
      { logits: [1, 100, 92], pred_boxes: [1, 100, 4] },
      {},
      { options: { softmax: 'outside', background: 91, boxes: 'normalised' } },
    ],
    ['RT-DETR of Ultralytics', 'detr', { output0: [1, 300, 84] }, {}, { classes: 80 }],
    [
      "TensorFlow's detection API",
      'detr',
      { detection_boxes: [1, 100, 4], detection_classes: [1, 100], detection_scores: [1, 100], num_detections: [1] },
      { labels: 90 },
      { outputs: ['detection_classes', 'detection_boxes', 'detection_scores'] },
    ],
    ['ResNet', 'classify', { output: [1, 1000] }, { size: 224 }, { classes: 1000 }],
    [
      'PatchCore of anomalib',
      'anomaly',
      { pred_score: [1, 1], pred_label: [1, 1], anomaly_map: [1, 1, 256, 256] },
      { size: 256 },
      { task: 'anomaly' },
    ],
    ['PaDiM of anomalib 1', 'anomaly', { output: [1, 1, 256, 256] }, { size: 256 }, {}],
    ['an autoencoder', 'autoencoder', { decoded: [1, 3, 128, 128] }, { size: 128 }, {}],
    [
      'YOLOv5 as chips want it',
      'yolo-raw',
      { a: [1, 255, 80, 80], b: [1, 255, 40, 40], c: [1, 255, 20, 20] },
      {},
      { classes: 80, outputs: ['a', 'b', 'c'] },
    ],
    [
      'YOLOv8 as chips want it',
      'yolo-raw',
      {
        a: [1, 64, 80, 80],
        b: [1, 80, 80, 80],
        c: [1, 64, 40, 40],
        d: [1, 80, 40, 40],
        e: [1, 64, 20, 20],
        f: [1, 80, 20, 20],
      },
      {},
      { classes: 80, outputs: ['a', 'c', 'e', 'b', 'd', 'f'] },
    ],
  ];

  it.each(published)('%s: %s', (_name, family, outputs, known, wanted) => {
    const [first] = guessFamilies(facts(outputs, known));
    expect(first).toMatchObject({ family, ...wanted });
    expect(first?.reason).not.toBe('');
  });

  it.each([
    ['key points', { heat: [1, 17, 160, 160] }],
    ['embeddings of words', { last_hidden_state: [1, 12, 13, 14, 15] }],
  ] as readonly (readonly [string, Outputs])[])('%s: none', (_name, outputs) => {
    expect(guessFamilies(facts(outputs))).toEqual([]);
  });
});

describe('what shapes leave open', () => {
  const table = (name: string, shape: readonly number[], at: (i: number) => number) => {
    const count = shape.reduce((product, size) => product * size, 1);
    return { name, shape, data: Float32Array.from({ length: count }, (_, i) => at(i)) };
  };
  const known = { width: 640, labels: 2 };

  it('the last column must hold the numbers of classes', () => {
    const [guess] = guessFamilies(facts({ output0: [1, 300, 6] }, { labels: 2 }));
    if (guess === undefined) throw new Error('no guess');
    expect(contradicts(guess, [table('output0', [1, 300, 6], (i) => (i % 6 === 5 ? 1 : 0.3))])).toBe(false);
    expect(contradicts(guess, [table('output0', [1, 300, 6], () => 0.3)])).toBe(true);
  });

  it('trial runs show whether boxes are decoded, and in which form', () => {
    const [guess] = guessFamilies(facts({ scores: [1, 4000, 2], boxes: [1, 4000, 4] }, { labels: 2 }));
    if (guess === undefined) throw new Error('no guess');
    const corners = table('boxes', [1, 4000, 4], (i) => (i % 4 < 2 ? 0.2 : 0.6));
    const middles = table('boxes', [1, 4000, 4], (i) => (i % 4 < 2 ? 0.6 : 0.2));
    const offsets = table('boxes', [1, 4000, 4], (i) => Math.sin(i * i));
    const scores = table('scores', [1, 4000, 2], () => 0.4);
    expect(resolveOptions(guess, [[scores, corners]], known).options).toMatchObject({ boxes: 'normalised' });
    expect(resolveOptions(guess, [[scores, middles]], known).options).toMatchObject({ boxForm: 'centre' });
    expect(contradicts(guess, [scores, offsets])).toBe(true);
    const pixels = { ...corners, data: corners.data.map((value) => value * 640) };
    expect(resolveOptions(guess, [[scores, pixels]], known).options).toMatchObject({ boxes: 'pixels' });
  });

  it('trial runs show what the scores of a classification went through', () => {
    const [guess] = guessFamilies(facts({ out: [1, 4] }));
    if (guess === undefined) throw new Error('no guess');
    const of = (values: readonly number[]) =>
      resolveOptions(guess, [[table('out', [1, 4], (i) => values[i] ?? 0)]], known).options;
    expect(of([0.1, 0.2, 0.3, 0.4])).toMatchObject({ softmax: 'inside' });
    expect(of([0.9, 0.8, 0.1, 0])).toEqual({ sigmoid: 'inside' });
    expect(of([-3, 5, 0.2, 1])).toMatchObject({ softmax: 'outside' });
  });
});

describe('scores', () => {
  const reading = { family: 'yolov8', outputs: ['out'], layout: 'attributes_first', classes: 2 } as const;
  const run = (score: (i: number) => number) => {
    const data = Float32Array.from({ length: 6 * 50 }, (_, i) => (i < 200 ? i : score(i)));
    return [{ name: 'out', shape: [1, 6, 50], data }];
  };

  it.each([
    ['not_finite', [run((i) => (i === 250 ? Number.NaN : 0.1))]],
    ['out_of_range', [run((i) => i / 100)]],
    ['all_zero', [run(() => 0), run(() => 0)]],
    ['constant', [run(() => 0.004), run(() => 0.004)]],
    ['blind', [run((i) => (i % 7) / 7), run((i) => (i % 7) / 7)]],
  ])('scores are suspect as %s', (kind, runs) => {
    expect(findScoreDefect(reading, runs)?.kind).toBe(kind);
  });

  it('scores that change with the image are accepted, however low', () => {
    expect(findScoreDefect(reading, [run((i) => (i % 7) / 7000), run((i) => (i % 5) / 7000)])).toBeUndefined();
  });
});

describe('the preparation of images', () => {
  const none = { ultralytics: false, rawPixels: false, hasSizesInput: false, layout: 'nchw' } as const;
  const of = (family: FamilyGuess['family'], more: Partial<typeof none> = {}) =>
    imagePreparation({ family, outputs: ['a'] }, { ...none, ...more });

  it('the preparation of images follows the family, the metadata and the graph', () => {
    expect(of('yolov8')).toMatchObject({ color: 'rgb', std: [255, 255, 255] });
    expect(of('yolox')).toMatchObject({ color: 'bgr', std: [1, 1, 1], letterbox: { anchor: 'top-left' } });
    expect(imagePreparation({ family: 'yolox', outputs: ['a'], options: { gridDecoded: true } }, none)).toMatchObject({
      color: 'rgb',
      std: [255, 255, 255],
    });
    expect(of('classify')).toMatchObject({ mean: [123.675, 116.28, 103.53] });
    expect(of('nanodet')).toMatchObject({ color: 'bgr', mean: [103.53, 116.28, 123.675] });
  });

  it('a graph that scales pixels itself takes bytes', () => {
    const outputs = [{ name: 'out', shape: [1, 3] }];
    const own: MadeModel = { width: 16, height: 16, outputs };
    expect(wantsRawPixels(readOnnx(madeModel({ ...own, levels: 255 })), 'images')).toBe(false);
    const model = readOnnx(madeModel(own));
    expect(wantsRawPixels(model, 'images')).toBe(false);
    expect(wantsRawPixels(model, 'averages')).toBe(false);
    expect(wantsRawPixels(readOnnx(madeModel({ ...own, levels: 255 })), 'averages')).toBe(true);
  });
});
