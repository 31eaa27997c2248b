import { describe, expect, it } from 'vitest';
import {
  badness,
  decodeAs,
  itReadsBoxes,
  rowsOf,
  SIZE,
  tableOf,
  type BoxFamilyUnderTest,
} from '../testing/box-family.ts';

const FAMILY: BoxFamilyUnderTest = {
  output: { name: 'o', family: 'yolo-end2end' },
  size: SIZE,
  suppresses: false,
  wrongLabels: 'undetectable',
  encode: (targets) => {
    const rows = targets.map(({ box, score, classId }) => [...box, score, classId]);
    return { o: tableOf([...rows, [0, 0, 0, 0, 0, 0]], 6) };
  },
  random: (random, classes) => {
    const rows = Array.from({ length: 300 }, () => {
      const [x, y] = [random() * 640, random() * 512];
      return [x, y, x + random() * 90 - 5, y + random() * 90 - 5, random(), Math.floor(random() * classes)];
    });
    return { o: tableOf(rows, 6) };
  },
  plain: (tensors) =>
    rowsOf(tensors['o']!).map(([x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, classId = 0]) => {
      return { box: [x1, y1, x2, y2], classId, score };
    }),
};

describe('boxes that the graph has finished', () => {
  itReadsBoxes(FAMILY);

  it.each([
    ['per cent', [1, 1, 9, 9, 60, 0]],
    ['a class between two', [1, 1, 9, 9, 0.9, 0.5]],
    ['a class below none', [1, 1, 9, 9, 0.9, -1]],
    ['a class beyond the labels', [1, 1, 9, 9, 0.9, 3]],
  ])('believes nothing of %s', (_, row) => {
    expect(badness(decodeAs(FAMILY, { o: tableOf([row], 6) }))).toBe('values');
  });

  it('a table of scores is not decoded as boxes', () => {
    expect(badness(decodeAs(FAMILY, { o: tableOf([Array<number>(300).fill(0)], 300, true) }))).toBe('model_shape');
  });

  it('overlapping boxes are kept, because the graph has already removed repetitions', () => {
    const twins = [
      [300, 300, 340, 340, 0.9, 1],
      [300, 300, 340, 340, 0.8, 1],
    ];
    const answer = decodeAs(FAMILY, { o: tableOf(twins, 6) });
    expect('bad' in answer ? [] : answer.detections).toHaveLength(2);
  });
});
