import { describe, expect, it } from 'vitest';
import { type Box, type Detection, iou, letterbox, type PictureSize, unletterbox } from '../../output/index.ts';
import type { OutputLayout } from '../../form/index.ts';
import { fractions } from '../testing/box-family.ts';
import { DETECTIONS_MAX } from '../decoding/candidates.ts';
import type { BadOutput } from '../decoding/decoder.ts';
import { createDecoder } from '../decoding/create-decoder.ts';

const INPUT = { name: 'i', type: 'uint8', layout: 'nhwc', color: 'rgb', width: 320, height: 320 } as const;
const SOURCE: PictureSize = { width: 1280, height: 720 };

/** One anchor: box in the model's pixels and a score per class. */
interface Anchor {
  readonly box: readonly [cx: number, cy: number, w: number, h: number];
  readonly scores: readonly number[];
}

function table(anchors: readonly Anchor[], layout: OutputLayout = 'attributes_first'): Float32Array {
  const rows = anchors.map(({ box, scores }) => [...box, ...scores]);
  const attributes = rows[0]?.length ?? 0;
  const columns = Array.from({ length: attributes }, (_, a) => rows.map((row) => row[a] ?? 0));
  return Float32Array.from((layout === 'attributes_first' ? columns : rows).flat());
}

interface Settings {
  readonly classes?: number;
  readonly score?: number;
  readonly iou?: number;
  readonly layout?: OutputLayout;
  readonly anchor?: 'center' | 'top-left';
}

interface Reported {
  readonly detections?: readonly Detection[];
  readonly bad?: BadOutput['bad'];
}

function read(data: Float32Array, settings: Settings = {}, source = SOURCE): Reported {
  const { classes = 2, layout = 'attributes_first', anchor = 'center' } = settings;
  const labels = Array.from({ length: classes }, (_, index) => `class${index}`);
  const { score = 0.25, iou: share = 0.45 } = settings;
  const manifest = {
    input: { ...INPUT, letterbox: { anchor, fill: 114 } },
    output: { name: 'o', family: 'yolov8', layout },
    labels,
    thresholds: { score, iou: share },
  } as const;
  const decoder = createDecoder({ manifest, score, iou: share, masks: true, maps: false });
  const boxes = Math.floor(data.length / (4 + classes));
  const shape = layout === 'attributes_first' ? [1, 4 + classes, boxes] : [1, boxes, 4 + classes];
  const packed = new Uint8Array(INPUT.width * INPUT.height * 3);
  const answer = decoder.decode(new Map([['o', { data, shape }]]), { source, packed });
  return 'bad' in answer ? { bad: answer.bad } : { detections: answer.detections };
}

function decode(data: Float32Array, settings: Settings = {}, source = SOURCE): readonly Detection[] | undefined {
  return read(data, settings, source).detections;
}

/** The same in plain words and double precision, without any trick. */
function reference(anchors: readonly Anchor[], settings: Settings = {}, source = SOURCE): Detection[] {
  const { score = 0.25, iou: share = 0.45 } = settings;
  const fit = letterbox(source, INPUT, 'center');
  const found = anchors
    .map(({ box, scores }, anchor) => {
      const [cx, cy, w, h] = box.map(Math.fround) as [number, number, number, number];
      const single = scores.map(Math.fround);
      const best = Math.max(...single);
      const corners: Box = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2];
      return { anchor, classId: single.indexOf(best), score: best, corners };
    })
    .filter(({ score: value, corners }) => value >= score && corners[2] > corners[0] && corners[3] > corners[1])
    .sort((a, b) => b.score - a.score || a.anchor - b.anchor);
  const kept: typeof found = [];
  for (const candidate of found) {
    const same = kept.filter(({ classId }) => classId === candidate.classId);
    if (same.every(({ corners }) => iou(corners, candidate.corners) <= share)) kept.push(candidate);
  }
  return kept
    .slice(0, DETECTIONS_MAX)
    .map(({ classId, score: value, corners }) => ({
      label: `class${classId}`,
      classId,
      score: Math.min(1, value),
      box: unletterbox(corners, fit, source),
    }))
    .filter(({ box }) => box[2] > box[0] && box[3] > box[1]);
}

describe("YOLOv8's table", () => {
  it('a box in the bottom right corner of the source is reported to the pixel', () => {
    // 1280x720 in 320x320: scale 1/4, 70 rows of bar above and below.
    const [corner] = decode(table([{ box: [310, 245, 20, 10], scores: [0.9, 0.1] }])) ?? [];
    expect(corner).toMatchObject({ label: 'class0', classId: 0, box: [1200, 680, 1280, 720] });
    expect(corner?.score).toBeCloseTo(0.9, 6);
  });

  it('boxes that cross the edges are clipped, and boxes inside the bars are dropped', () => {
    const crossing = decode(table([{ box: [0, 70, 40, 40], scores: [0.9, 0] }]));
    expect(crossing?.map(({ box }) => box)).toEqual([[0, 0, 80, 80]]);
    expect(decode(table([{ box: [160, 20, 40, 40], scores: [0.9, 0] }]))).toEqual([]);
  });

  it('boxes are decoded for a letterbox at the top left', () => {
    const found = decode(table([{ box: [310, 175, 20, 10], scores: [0.9] }]), { classes: 1, anchor: 'top-left' });
    expect(found?.map(({ box }) => box)).toEqual([[1200, 680, 1280, 720]]);
  });

  it('of two boxes on one object one is kept, and both when their classes differ', () => {
    const twins: Anchor[] = [
      { box: [100, 100, 40, 40], scores: [0.6, 0] },
      { box: [102, 101, 40, 40], scores: [0.8, 0] },
    ];
    expect(decode(table(twins))?.map(({ score }) => Math.round(score * 10))).toEqual([8]);
    const nested: Anchor[] = [
      { box: [100, 100, 40, 40], scores: [0.6, 0] },
      { box: [100, 100, 38, 38], scores: [0, 0.8] },
    ];
    expect(decode(table(nested))?.map(({ label }) => label)).toEqual(['class1', 'class0']);
  });

  it('an anchor gives its best class only', () => {
    const found = decode(table([{ box: [100, 100, 40, 40], scores: [0.7, 0.71] }]));
    expect(found?.map(({ label }) => label)).toEqual(['class1']);
  });

  it('the best 300 of many boxes are kept', () => {
    const crowd = Array.from({ length: 900 }, (_, n): Anchor => {
      const box = [4 + (n % 30) * 10, 75 + Math.floor(n / 30) * 5, 6, 4] as const;
      return { box, scores: [0.3 + n / 2000, 0] };
    });
    const found = decode(table(crowd)) ?? [];
    expect(found).toHaveLength(DETECTIONS_MAX);
    expect(found).toEqual(reference(crowd));
  });

  it('empty outputs give no detections', () => {
    expect(decode(table([{ box: [100, 100, 40, 40], scores: [0.1, 0] }]))).toEqual([]);
    expect(decode(table([{ box: [100, 100, 0, 40], scores: [0.9, 0] }]))).toEqual([]);
    expect(decode(new Float32Array(0))).toEqual([]);
  });

  it.each([
    ['a score that is no number', [Number.NaN, 0]],
    ['an infinite score', [Number.POSITIVE_INFINITY, 0]],
    ['logits', [4.2, -3.1]],
    ['per cent', [60, 0]],
    ['scores below zero', [-0.5, 0.3]],
  ])('believes nothing of a table with %s', (_, scores) => {
    const fine: Anchor = { box: [50, 100, 20, 20], scores: [0.9, 0] };
    expect(read(table([fine, { box: [100, 100, 40, 40], scores }]))).toEqual({ bad: 'values' });
  });

  it('a table with a box that is not finite is rejected, even where no score is high', () => {
    expect(read(table([{ box: [Number.NaN, 100, 40, 40], scores: [0, 0] }]))).toEqual({ bad: 'values' });
    expect(read(table([{ box: [1, Number.NEGATIVE_INFINITY, 40, 40], scores: [0, 0] }]))).toEqual({ bad: 'values' });
  });

  it('a table that does not divide into anchors is refused', () => {
    expect(read(new Float32Array(13))).toEqual({ bad: 'model_shape' });
  });

  it.each(['attributes_first', 'anchors_first'] as const)(
    'agrees with the plain reference on random tables, %s',
    (layout) => {
      const random = fractions(7);
      for (let round = 0; round < 60; round++) {
        const classes = 1 + Math.floor(random() * 4);
        const source = { width: 100 + Math.floor(random() * 2000), height: 100 + Math.floor(random() * 1500) };
        const anchors = Array.from({ length: 1 + Math.floor(random() * 400) }, (): Anchor => {
          const box = [random() * 340 - 10, random() * 340 - 10, random() * 90, random() * 90] as const;
          return { box, scores: Array.from({ length: classes }, () => Math.round(random() * 50) / 50) };
        });
        const settings = { classes, layout, score: random(), iou: random() };
        const found = decode(table(anchors, layout), settings, source);
        const expected = reference(anchors, settings, source);
        expect(found?.map(({ label, score }) => [label, score])).toEqual(
          expected.map(({ label, score }) => [label, score]),
        );
        for (const [n, { box }] of (found ?? []).entries()) {
          for (const [k, side] of box.entries()) expect(side).toBeCloseTo(expected[n]?.box[k] ?? Number.NaN, 6);
        }
      }
    },
  );
});
