import { describe, expect, it } from 'vitest';
import type { Box, Detection } from '../../domain/index.ts';
import { anomalyMetrics, PixelRanks } from './anomaly-metrics.ts';
import { areaUnderRoc } from './area-under-roc.ts';
import { averagePrecision, bestF1, precisionRecallCurve } from './average-precision.ts';
import { classificationMetrics } from './classification-metrics.ts';
import { detectionMetrics, type ImagePredictions } from './detection-metrics.ts';

type JudgedNames = { label: string; score: number }[];

const SQUARE: Box = [0, 0, 10, 10];
const ELSEWHERE: Box = [50, 50, 60, 60];
const found = (label: string, score: number, box: Box = SQUARE): Detection => ({ label, classId: 0, score, box });
const marks = (text: string): { score: number; hit: boolean }[] =>
  text.split(' ').map((mark) => ({ score: Number(mark.slice(1)), hit: mark.startsWith('+') }));

describe('average precision', () => {
  // By hand: precisions at the hits 1/1, 2/3, 3/5; nothing later is better, so the area is their mean over 4 objects.
  it('is the area under the interpolated curve', () => {
    const curve = precisionRecallCurve(marks('+0.9 -0.8 +0.7 -0.6 +0.5'), 4);
    expect(averagePrecision(curve)).toBeCloseTo((1 + 2 / 3 + 3 / 5) / 4, 12);
  });

  // 0 of 1, then 1 of 2, 2 of 3: the best later precision, 2/3, counts for both recalls.
  it('takes at each recall the best precision from there on', () => {
    expect(averagePrecision(precisionRecallCurve(marks('-0.9 +0.8 +0.7'), 2))).toBeCloseTo(2 / 3, 12);
  });

  it('does not depend on the order of equal scores', () => {
    const [hitFirst, missFirst] = [marks('+0.5 -0.5 +0.4'), marks('-0.5 +0.5 +0.4')];
    expect(precisionRecallCurve(hitFirst, 2)).toEqual(precisionRecallCurve(missFirst, 2));
    // One point at 0.5 with precision 1/2, one at 0.4 with 2/3, which covers both.
    expect(averagePrecision(precisionRecallCurve(hitFirst, 2))).toBeCloseTo(2 / 3, 12);
  });

  it('is 1 for a perfect model and 0 for one without detections', () => {
    expect(averagePrecision(precisionRecallCurve(marks('+0.9 +0.3'), 2))).toBe(1);
    expect(averagePrecision(precisionRecallCurve([], 2))).toBe(0);
    expect(averagePrecision(precisionRecallCurve(marks('-0.9'), 2))).toBe(0);
  });

  it('has a threshold with the best F1', () => {
    expect(bestF1(precisionRecallCurve(marks('+0.9 +0.8 -0.7 -0.6'), 2))).toEqual({
      score: 0.8,
      precision: 1,
      recall: 1,
    });
    expect(bestF1(precisionRecallCurve(marks('-0.9'), 2))).toBeUndefined();
  });
});

function judge(pictures: readonly ImagePredictions[], threshold = 0.5): ReturnType<typeof detectionMetrics> {
  return detectionMetrics(pictures, { labels: ['cap', 'defect'], threshold: { score: threshold } });
}

describe('detections compared with the true objects', () => {
  it('count a second box on the same object as false', () => {
    const { labels } = judge([
      { truth: [{ label: 'cap', box: SQUARE }], found: [found('cap', 0.9), found('cap', 0.8)] },
    ]);
    expect(labels[0]).toMatchObject({ truths: 1, precision: 0.5, recall: 1, ap50: 1 });
  });

  it('match the object with the box of the higher score, not with the better fit', () => {
    const close: Box = [0, 0, 10, 9];
    const { outcomes } = judge([
      { truth: [{ label: 'cap', box: SQUARE }], found: [found('cap', 0.7), found('cap', 0.9, close)] },
    ]);
    expect(outcomes[0]?.hits.map(({ score }) => score)).toEqual([0.9]);
  });

  // IoU 0.8 passes 0.50 to 0.80: seven of the ten steps.
  it('average AP over ten overlaps', () => {
    const { labels } = judge([{ truth: [{ label: 'cap', box: SQUARE }], found: [found('cap', 0.9, [0, 0, 10, 8])] }]);
    expect(labels[0]?.ap50).toBe(1);
    expect(labels[0]?.ap50to95).toBeCloseTo(0.7, 12);
  });

  it('have an AP at IoU 0.3 of a box that is too loose for the ordinary one', () => {
    const { labels, all } = judge([
      { truth: [{ label: 'cap', box: SQUARE }], found: [found('cap', 0.9, [0, 0, 10, 4])] },
    ]);
    expect(labels[0]).toMatchObject({ ap50: 0, ap30: 1 });
    expect(all.ap30).toBe(1);
  });

  it('have no AP and no recall where the set has no such object, and count as false', () => {
    const { labels, all } = judge([
      { truth: [], found: [found('defect', 0.9)] },
      { truth: [{ label: 'cap', box: SQUARE }], found: [found('cap', 0.9)] },
    ]);
    expect(labels[1]).toMatchObject({
      truths: 0,
      precision: 0,
      recall: undefined,
      ap50: undefined,
      ap50to95: undefined,
      ap30: undefined,
    });
    expect(all).toMatchObject({ truths: 1, precision: 0.5, recall: 1, ap50: 1 });
  });

  it('have AP 0 and recall 0 where nothing was detected', () => {
    const { labels } = judge([{ truth: [{ label: 'cap', box: SQUARE }], found: [] }]);
    expect(labels[0]).toMatchObject({ precision: undefined, recall: 0, ap50: 0, ap50to95: 0, best: undefined });
  });

  it('count below the threshold only for AP', () => {
    const { labels, outcomes } = judge([{ truth: [{ label: 'cap', box: SQUARE }], found: [found('cap', 0.4)] }]);
    expect(labels[0]).toMatchObject({ recall: 0, ap50: 1, best: { score: 0.4, precision: 1, recall: 1 } });
    expect(outcomes[0]?.missed).toHaveLength(1);
  });

  it('are never matched across images', () => {
    const { labels } = judge([
      { truth: [{ label: 'cap', box: SQUARE }], found: [] },
      { truth: [], found: [found('cap', 0.9)] },
    ]);
    expect(labels[0]).toMatchObject({ precision: 0, recall: 0, ap50: 0 });
  });

  it('are confused with other labels and with the background', () => {
    const { confusion } = judge([
      {
        truth: [
          { label: 'cap', box: SQUARE },
          { label: 'cap', box: ELSEWHERE },
          { label: 'defect', box: [80, 80, 90, 90] },
        ],
        found: [found('cap', 0.9), found('defect', 0.8, ELSEWHERE), found('cap', 0.7, [20, 20, 30, 30])],
      },
    ]);
    expect(confusion.labels).toEqual(['cap', 'defect', 'background']);
    expect(confusion.counts).toEqual([
      [1, 1, 0],
      [0, 0, 1],
      [1, 0, 0],
    ]);
  });
});

/** Forty pictures with objects, boxes near them, some twice, some of the wrong label, and boxes of nothing. */
function randomPictures(): ImagePredictions[] {
  let state = 42;
  const random = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
  const label = (): string => (random() < 0.6 ? 'cap' : 'defect');
  const near = (box: Box): Box => {
    const [x1, y1, x2, y2] = box.map((value) => value + (random() - 0.5) * 12);
    return [x1 ?? 0, y1 ?? 0, x2 ?? 0, y2 ?? 0];
  };
  const some = (): Box => {
    const [x, y] = [random() * 200, random() * 200];
    return [x, y, x + 20 + random() * 40, y + 20 + random() * 40];
  };
  return Array.from({ length: 40 }, () => {
    const truth = Array.from({ length: Math.floor(random() * 5) }, () => ({ label: label(), box: some() }));
    const found = truth.flatMap(({ label: is, box }) =>
      Array.from({ length: Math.floor(random() * 3) }, () => {
        return { label: random() < 0.85 ? is : label(), classId: 0, score: random(), box: near(box) };
      }),
    );
    const strays = Array.from({ length: Math.floor(random() * 3) }, () => {
      return { label: label(), classId: 0, score: random() * 0.7, box: some() };
    });
    return { truth, found: [...found, ...strays] };
  });
}

describe('the scorer that the training uses', () => {
  // Figures of `average_precision` in models/training/measure.py on these very boxes.
  it.each([
    ['cap', 0.4514127912874113, 0.25300648681292615, { score: 0.19, precision: 0.595, recall: 0.524 }],
    ['defect', 0.4288568784289565, 0.21859631994099357, { score: 0.422, precision: 0.684, recall: 0.419 }],
  ])('gives the same for %s', (label, ap50, ap50to95, best) => {
    const figures = judge(randomPictures()).labels.find((one) => one.label === label);
    expect(figures?.ap50).toBeCloseTo(ap50, 12);
    expect(figures?.ap50to95).toBeCloseTo(ap50to95, 12);
    for (const key of ['score', 'precision', 'recall'] as const) expect(figures?.best?.[key]).toBeCloseTo(best[key], 3);
  });
});

describe('classes of images', () => {
  it('count for top-1 when predicted first, and for top-5 when among the first five', () => {
    const named = (...labels: string[]): JudgedNames => labels.map((label, n) => ({ label, score: 1 - n / 10 }));
    const figures = classificationMetrics(
      [
        { truth: 'a', named: named('a', 'b') },
        { truth: 'a', named: named('b', 'a') },
        { truth: 'b', named: named('b', 'a') },
        { truth: 'b', named: [] },
      ],
      ['a', 'b'],
    );
    expect(figures).toMatchObject({ top1: 0.5, top5: 0.75 });
    expect(figures.labels[1]).toMatchObject({ truths: 2, precision: 0.5, recall: 0.5, f1: 0.5 });
    expect(figures.confusion).toEqual({
      labels: ['a', 'b', 'nothing'],
      counts: [
        [1, 1, 0],
        [0, 1, 1],
        [0, 0, 0],
      ],
    });
  });
});

describe('the area under the ROC curve', () => {
  it('is the fraction of pairs in the right order, ties counting half', () => {
    expect(areaUnderRoc([0.9, 0.8], [0.1, 0.2])).toBe(1);
    expect(areaUnderRoc([0.1], [0.9])).toBe(0);
    expect(areaUnderRoc([0.5, 0.5], [0.5])).toBe(0.5);
    // 3 > 1, 3 > 2, 2 > 1, 2 = 2: 3.5 of 4.
    expect(areaUnderRoc([3, 2], [1, 2])).toBe(0.875);
    expect(areaUnderRoc([1], [])).toBeUndefined();
  });

  it('of pixels equals that of a plain list, for scores of any sign', () => {
    let state = 7;
    const random = (): number => (state = (Math.imul(state, 48_271) >>> 0) % 2_147_483_647) / 2_147_483_647;
    const values = Float32Array.from({ length: 4000 }, () => (random() - 0.4) * 50);
    const mask = Uint8Array.from(values, (value) => (value + random() * 40 > 25 ? 255 : 0));
    const pixels = new PixelRanks();
    pixels.add(values.subarray(0, 1000), mask.subarray(0, 1000));
    pixels.add(values.subarray(1000), mask.subarray(1000));
    const side = (defect: boolean): number[] => [...values].filter((_, at) => (mask[at] !== 0) === defect);
    expect(pixels.auroc).toBeCloseTo(areaUnderRoc(side(true), side(false)) ?? Number.NaN, 4);
  });

  it('is reported with precision and recall at the threshold', () => {
    const pictures = [
      { defect: false, score: 0.2 },
      { defect: false, score: 0.6 },
      { defect: true, score: 0.7 },
      { defect: true, score: 0.4 },
    ];
    const figures = anomalyMetrics(pictures, { threshold: 0.5 });
    expect(figures).toMatchObject({ good: 2, defect: 2, imageAuroc: 0.75, precision: 0.5, recall: 0.5 });
    expect(figures.confusion.counts).toEqual([
      [1, 1],
      [1, 1],
    ]);
    expect(figures.pixelAuroc).toBeUndefined();
  });
});
