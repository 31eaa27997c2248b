import type { ModelManifest } from '../../manifest.ts';
import { expect, it } from 'vitest';
import type { Detection, InferenceOutput } from '../../output/index.ts';
import type { BadOutput, OutputTensor } from '../decoding/decoder.ts';
import { createDecoder } from '../decoding/create-decoder.ts';
import { dice } from '../../../../tests/support/dice.ts';

/** Repeatable random numbers from 0 to below 1. */
export function fractions(seed: number): () => number {
  const roll = dice(seed);
  return () => roll(2 ** 24) / 2 ** 24;
}

export type Tensors = Readonly<Record<string, OutputTensor>>;

/** An object that a test puts into outputs: corners in pixels of the model's input. */
export interface Target {
  readonly box: readonly [x1: number, y1: number, x2: number, y2: number];
  readonly classId: number;
  readonly score: number;
}

export interface Settings {
  readonly classes?: number;
  readonly score?: number;
  readonly iou?: number;
  readonly source?: { readonly width: number; readonly height: number };
  readonly anchor?: 'center' | 'top-left' | 'stretch' | 'cover';
}

/** A family of boxes, with a plain encoder and decoder. */
export interface BoxFamilyUnderTest {
  readonly output: ModelManifest['output'];
  readonly size: { readonly width: number; readonly height: number };
  /** Outputs that hold these objects and nothing else. */
  encode(targets: readonly Target[], classes: number): Tensors;
  /** Outputs of random numbers, many of which score enough. */
  random(random: () => number, classes: number): Tensors;
  /** Every box of the outputs that could be reported, in double precision, in the order of the rows. */
  plain(tensors: Tensors, classes: number): readonly Target[];
  readonly suppresses: boolean;
  /** How a number of labels that does not fit is refused; some families' shapes do not show it. */
  readonly wrongLabels: 'model_labels' | 'undetectable';
  /** Pixels by which single precision may move an encoded box. */
  readonly slack?: number;
  readonly most?: number;
  /** Rounds of random outputs. */
  readonly rounds?: number;
}

export const SOURCE = { width: 1280, height: 720 };
/** Not square, so that rows and columns cannot be taken for one another: `SOURCE` at half its size, and bars. */
export const SIZE = { width: 640, height: 512 };

export function labelsOf(classes: number): string[] {
  return Array.from({ length: classes }, (_, index) => `class${index}`);
}

/** Decodes outputs as the family would for one frame. */
export function decodeAs(
  { output, size }: Pick<BoxFamilyUnderTest, 'output' | 'size'>,
  tensors: Tensors,
  { classes = 3, score = 0.25, iou = 0.45, source = SOURCE, anchor = 'center' }: Settings = {},
): InferenceOutput | BadOutput {
  const manifest = {
    input: { name: 'i', type: 'uint8', layout: 'nhwc', color: 'rgb', ...size, letterbox: { anchor, fill: 114 } },
    output,
    labels: labelsOf(classes),
    thresholds: { score, iou },
  } as const;
  const decoder = createDecoder({ manifest, score, iou, masks: true, maps: true });
  const packed = new Uint8Array(size.width * size.height * 3);
  return decoder.decode(new Map(Object.entries(tensors)), { packed, source });
}

export function found(answer: InferenceOutput | BadOutput): readonly Detection[] {
  if ('bad' in answer) throw new Error(`${answer.bad}: ${answer.message}`);
  return answer.detections;
}

export function badness(answer: InferenceOutput | BadOutput): string {
  return 'bad' in answer ? answer.bad : 'fine';
}

/** Intersection over union of two boxes, written out. */
function overlap(a: Target['box'], b: Target['box']): number {
  const width = Math.min(a[2], b[2]) - Math.max(a[0], b[0]);
  const height = Math.min(a[3], b[3]) - Math.max(a[1], b[1]);
  if (width <= 0 || height <= 0) return 0;
  const both = width * height;
  return both / ((a[2] - a[0]) * (a[3] - a[1]) + (b[2] - b[0]) * (b[3] - b[1]) - both);
}

/** From a list of boxes to the expected detections: plain, slow, in double precision. */
export function plainDetections(
  family: Pick<BoxFamilyUnderTest, 'size' | 'suppresses'>,
  targets: readonly Target[],
  { score = 0.25, iou = 0.45, source = SOURCE, anchor = 'center' }: Settings = {},
): Detection[] {
  const sorted = targets
    .map((target, row) => ({ ...target, row }))
    .filter(({ box, score: value }) => value >= score && box[2] > box[0] && box[3] > box[1])
    .sort((a, b) => b.score - a.score || a.row - b.row);
  const kept: typeof sorted = [];
  for (const target of sorted) {
    const rivals = family.suppresses ? kept.filter(({ classId }) => classId === target.classId) : [];
    if (rivals.every(({ box }) => overlap(box, target.box) <= iou)) kept.push(target);
  }
  const { width, height } = family.size;
  const both = [width / source.width, height / source.height] as const;
  const scale = anchor === 'cover' ? Math.max(...both) : Math.min(...both);
  const inner =
    anchor === 'stretch'
      ? ([width, height] as const)
      : ([Math.floor(source.width * scale + 0.5), Math.floor(source.height * scale + 0.5)] as const);
  const half = (of: number): number => Math.trunc(of / 2);
  const middle = anchor === 'center' || anchor === 'cover';
  const bars = middle ? [half(width - inner[0]), half(height - inner[1])] : [0, 0];
  const along = (value: number, axis: 0 | 1): number => {
    const whole = axis === 0 ? source.width : source.height;
    return Math.max(0, Math.min(whole, ((value - (bars[axis] ?? 0)) * whole) / inner[axis]));
  };
  return kept
    .slice(0, 300)
    .map(({ box, classId, score: value }) => ({
      label: `class${classId}`,
      classId,
      score: Math.min(1, value),
      box: [along(box[0], 0), along(box[1], 1), along(box[2], 0), along(box[3], 1)] as const,
    }))
    .filter(({ box }) => box[2] > box[0] && box[3] > box[1]);
}

export function expectSame(detections: readonly Detection[], wanted: readonly Detection[], pixels = 1e-3): void {
  expect(detections.map(({ label }) => label)).toEqual(wanted.map(({ label }) => label));
  for (const [n, { box, score, classId }] of detections.entries()) {
    const other = wanted[n]!;
    expect(classId).toBe(other.classId);
    expect(Math.abs(score - other.score)).toBeLessThan(1e-6);
    for (const [side, value] of box.entries()) expect(Math.abs(value - other.box[side]!)).toBeLessThan(pixels);
  }
}

/** Tests that every family of boxes must pass. Its size must be `SIZE`, whose pixels are two of the source. */
export function itReadsBoxes(family: BoxFamilyUnderTest): void {
  const { slack = 0.05, rounds = 12 } = family;
  const bar = (SIZE.height - SOURCE.height / 2) / 2;
  const read = (targets: readonly Target[], settings: Settings = {}): readonly Detection[] =>
    found(decodeAs(family, family.encode(targets, settings.classes ?? 3), settings));
  const close = (boxes: readonly (readonly number[])[], wanted: readonly (readonly number[])[]): void => {
    expect(boxes).toHaveLength(wanted.length);
    for (const [n, box] of boxes.entries()) {
      for (const [side, value] of box.entries()) expect(Math.abs(value - wanted[n]![side]!)).toBeLessThan(slack);
    }
  };

  it('reports a box in the bottom right corner of the source', () => {
    const [corner] = read([{ box: [600, bar + 320, 640, bar + 360], classId: 2, score: 0.9 }]);
    expect(corner).toMatchObject({ label: 'class2', classId: 2 });
    expect(corner?.score).toBeCloseTo(0.9, 5);
    close([corner?.box ?? []], [[1200, 640, 1280, 720]]);
  });

  it('clips boxes that cross the edges and drops boxes inside the bars', () => {
    close(
      read([{ box: [-10, bar - 20, 50, bar + 40], classId: 0, score: 0.9 }]).map(({ box }) => box),
      [[0, 0, 100, 80]],
    );
    expect(read([{ box: [300, bar - 60, 340, bar - 20], classId: 0, score: 0.9 }])).toEqual([]);
  });

  it('keeps objects of different classes inside each other', () => {
    const nested: Target[] = [
      { box: [300, 300, 364, 396], classId: 1, score: 0.6 },
      { box: [310, 330, 354, 374], classId: 0, score: 0.8 },
    ];
    expect(read(nested).map(({ label }) => label)).toEqual(['class0', 'class1']);
  });

  if (family.suppresses) {
    it('keeps the better of two boxes on one object', () => {
      const twins: Target[] = [
        { box: [300, 300, 364, 364], classId: 1, score: 0.6 },
        { box: [308, 308, 372, 372], classId: 1, score: 0.8 },
      ];
      const detections = read(twins);
      expect(detections.map(({ score }) => Math.round(score * 10))).toEqual([8]);
    });
  }

  it('keeps the best 300 of many boxes', () => {
    const most = family.most ?? 300;
    const crowd = Array.from({ length: 18 * 40 }, (_, n): Target => {
      const [x, y] = [(n % 40) * 16 + 2, bar + 6 + Math.floor(n / 40) * 16];
      return { box: [x, y, x + 12, y + 12], classId: n % 3, score: 0.3 + n / 2000 };
    });
    const detections = read(crowd);
    expect(detections).toHaveLength(most);
    expect(detections[0]?.score).toBeCloseTo(0.3 + (crowd.length - 1) / 2000, 5);
    for (const [n, { score }] of detections.entries()) expect(score).toBeLessThanOrEqual(detections[n - 1]?.score ?? 1);
  });

  it('reports nothing for empty outputs', () => {
    expect(read([])).toEqual([]);
    expect(read([{ box: [300, 300, 340, 340], classId: 0, score: 0.2 }])).toEqual([]);
  });

  it('rejects outputs with values that are not finite', () => {
    const random = fractions(3);
    const target: Target = { box: [300, 300, 340, 340], classId: 1, score: 0.9 };
    for (const poison of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
      const outputs = family.encode([target], 3);
      for (const [name, { data, shape }] of Object.entries(outputs)) {
        if (!(data instanceof Float32Array)) continue;
        const spoiled = Float32Array.from(data);
        spoiled[Math.floor(random() * spoiled.length)] = poison;
        expect(badness(decodeAs(family, { ...outputs, [name]: { data: spoiled, shape } }))).toBe('values');
      }
    }
  });

  it('refuses outputs of another shape, and never throws', () => {
    const outputs = family.encode([{ box: [300, 300, 340, 340], classId: 1, score: 0.9 }], 3);
    for (const [name, { data, shape }] of Object.entries(outputs)) {
      const others: readonly (OutputTensor | undefined)[] = [
        undefined,
        { data, shape: [...shape, 1] },
        { data, shape: shape.slice(1).length === 0 ? [1, 1, 1] : [2, ...shape.slice(1)] },
        { data: data.subarray(1), shape },
        { data: new Float32Array(0), shape: [] },
      ];
      for (const other of others) {
        const changed = new Map(Object.entries(outputs));
        if (other === undefined) changed.delete(name);
        else changed.set(name, other);
        expect(badness(decodeAs(family, Object.fromEntries(changed)))).toBe('model_shape');
      }
    }
  });

  it('refuses another number of labels', () => {
    const outputs = family.encode([{ box: [300, 300, 340, 340], classId: 2, score: 0.9 }], 3);
    expect(badness(decodeAs(family, outputs, { classes: 1 }))).toBe(
      family.wrongLabels === 'undetectable' ? 'values' : family.wrongLabels,
    );
  });

  it('agrees with the plain reference on random outputs', () => {
    const random = fractions(11);
    for (let round = 0; round < rounds; round++) {
      const classes = 1 + Math.floor(random() * 4);
      const outputs = family.random(random, classes);
      const source = { width: 100 + Math.floor(random() * 2000), height: 100 + Math.floor(random() * 1500) };
      const anchor = (['center', 'top-left', 'stretch', 'cover'] as const)[round % 4] ?? 'center';
      const settings = { classes, score: 0.2 + random() * 0.5, iou: 0.2 + random() * 0.6, source, anchor };
      const detections = found(decodeAs(family, outputs, settings));
      expectSame(detections, plainDetections(family, family.plain(outputs, classes), settings));
    }
  });
}

/** Centre and size of a target. */
export function centred({ box }: Target): readonly [cx: number, cy: number, width: number, height: number] {
  return [(box[0] + box[2]) / 2, (box[1] + box[3]) / 2, box[2] - box[0], box[3] - box[1]];
}

export function cornersOf(cx: number, cy: number, width: number, height: number): Target['box'] {
  return [cx - width / 2, cy - height / 2, cx + width / 2, cy + height / 2];
}

/** Index and value of the greatest; the first of equals. */
export function greatest(values: readonly number[]): readonly [index: number, value: number] {
  let at = 0;
  for (const [index, value] of values.entries()) if (value > values[at]!) at = index;
  return [at, values[at]!];
}

export const plainSigmoid = (value: number): number => 1 / (1 + Math.exp(-value));
export const plainLogit = (value: number): number => Math.log(value / (1 - value));

/** The cells of the strides over the input, head after head, row by row. */
export function plainCells(
  strides: readonly number[],
): readonly { readonly x: number; readonly y: number; readonly stride: number }[] {
  return strides.flatMap((stride) => {
    const columns = SIZE.width / stride;
    return Array.from({ length: (columns * SIZE.height) / stride }, (_, n) => {
      return { x: n % columns, y: Math.floor(n / columns), stride };
    });
  });
}

/** A table [1, rows, attributes], or its transpose. */
export function tableOf(rows: readonly (readonly number[])[], attributes: number, turned = false): OutputTensor {
  const data = new Float32Array(rows.length * attributes);
  for (const [r, row] of rows.entries()) {
    for (const [a, value] of row.entries()) data[turned ? a * rows.length + r : r * attributes + a] = value;
  }
  return { data, shape: turned ? [1, attributes, rows.length] : [1, rows.length, attributes] };
}

/** The rows of a table, as numbers. */
export function rowsOf({ data, shape }: OutputTensor, turned = false): number[][] {
  const [, first = 0, second = 0] = shape;
  const [rows, attributes] = turned ? [second, first] : [first, second];
  return Array.from({ length: rows }, (_, r) =>
    Array.from({ length: attributes }, (__, a) => Number(data[turned ? a * rows + r : r * attributes + a])),
  );
}

/** One-hot scores. */
export function scoresOf(classes: number, classId: number, score: number, others = 0): number[] {
  return Array.from({ length: classes }, (_, c) => (c === classId ? score : others));
}
