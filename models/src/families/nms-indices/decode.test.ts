import { describe, expect, it } from 'vitest';
import {
  badness,
  type BoxFamilyUnderTest,
  decodeAs,
  found,
  itReadsBoxes,
  SIZE,
  type Target,
} from '../testing/box-family.ts';

/** Boxes y1, x1, y2, x2 in pixels, scores by class, and a selection of one class for each box. */
const FAMILY: BoxFamilyUnderTest = {
  output: { name: 'indices', family: 'nms-indices', names: ['indices', 'boxes', 'scores'] },
  size: SIZE,
  suppresses: false,
  wrongLabels: 'model_labels',
  encode: (targets, classes) => {
    // One more box that is not selected, so that nothing is empty.
    const all: readonly Target[] = [...targets, { box: [0, 0, 9, 9], classId: 0, score: 0.99 }];
    const scores = new Float32Array(classes * all.length);
    for (const [n, { classId, score }] of all.entries()) scores[classId * all.length + n] = score;
    const selected = targets.flatMap(({ classId }, n) => [0, classId, n].map(BigInt));
    return {
      indices: { data: BigInt64Array.from(selected), shape: [targets.length, 3] },
      boxes: {
        data: Float32Array.from(all.flatMap(({ box: [x1, y1, x2, y2] }) => [y1, x1, y2, x2])),
        shape: [1, all.length, 4],
      },
      scores: { data: scores, shape: [1, classes, all.length] },
    };
  },
  random: (random, classes) => {
    const count = 200;
    const boxes = Array.from({ length: count }, () => {
      const [x, y] = [random() * SIZE.width, random() * SIZE.height];
      return [y, x, y + random() * 80, x + random() * 80];
    });
    const scores = Float32Array.from({ length: classes * count }, () => random());
    const selected = Array.from({ length: 60 }, (_, n) => [0, Math.floor(random() * classes), 3 * n]);
    return {
      indices: { data: BigInt64Array.from(selected.flat(), BigInt), shape: [selected.length, 3] },
      boxes: { data: Float32Array.from(boxes.flat()), shape: [1, count, 4] },
      scores: { data: scores, shape: [1, classes, count] },
    };
  },
  plain: ({ indices, boxes, scores }) => {
    const count = boxes!.shape[1]!;
    return Array.from({ length: indices!.shape[0]! }, (_, row): Target => {
      const [classId, n] = [Number(indices!.data[3 * row + 1]), Number(indices!.data[3 * row + 2])];
      const [y1, x1, y2, x2] = [0, 1, 2, 3].map((side) => Number(boxes!.data[4 * n + side])) as [
        number,
        number,
        number,
        number,
      ];
      return { box: [x1, y1, x2, y2], classId, score: Number(scores!.data[classId * count + n]) };
    });
  },
};

describe("the indices of ONNX's NonMaxSuppression", () => {
  itReadsBoxes(FAMILY);

  it('boxes may be given by their centres', () => {
    const output = { ...FAMILY.output, options: { boxForm: 'centre' as const } };
    const outputs = {
      ...FAMILY.encode([{ box: [0, 0, 0, 0], classId: 1, score: 0.9 }], 2),
      boxes: { data: Float32Array.from([320, 256, 64, 96, 0, 0, 0, 0]), shape: [1, 2, 4] },
    };
    expect(found(decodeAs({ ...FAMILY, output }, outputs, { classes: 2 }))[0]?.box).toEqual([576, 264, 704, 456]);
  });

  it('a selection of a box that is not there is refused, and one of -1 is not in use', () => {
    const outputs = FAMILY.encode([{ box: [10, 100, 50, 140], classId: 1, score: 0.9 }], 2);
    const select = (...row: readonly number[]) => ({
      ...outputs,
      indices: { data: BigInt64Array.from(row, BigInt), shape: [1, 3] },
    });
    expect(badness(decodeAs(FAMILY, select(0, 1, 7), { classes: 2 }))).toBe('values');
    expect(found(decodeAs(FAMILY, select(-1, -1, -1), { classes: 2 }))).toEqual([]);
  });
});
