import { describe, expect, it } from 'vitest';
import {
  badness,
  type BoxFamilyUnderTest,
  decodeAs,
  found,
  greatest,
  itReadsBoxes,
  rowsOf,
  scoresOf,
  SIZE,
  tableOf,
} from '../testing/box-family.ts';

const SIDES = [SIZE.width, SIZE.height, SIZE.width, SIZE.height];

const FAMILY: BoxFamilyUnderTest = {
  output: { name: 'scores', family: 'ssd', names: ['scores', 'boxes'] },
  size: SIZE,
  suppresses: true,
  wrongLabels: 'model_labels',
  encode: (targets, classes) => ({
    scores: tableOf(
      [
        ...targets.map(({ classId, score }) => [1 - score, ...scoresOf(classes, classId, score)]),
        [1, ...scoresOf(classes, -1, 0)],
      ],
      1 + classes,
    ),
    boxes: tableOf([...targets.map(({ box }) => box.map((value, side) => value / SIDES[side]!)), [0, 0, 1, 1]], 4),
  }),
  random: (random, classes) => {
    const places = Array.from({ length: 500 }, () => {
      const [x, y] = [random(), random()];
      return [x, y, x + random() * 0.2, y + random() * 0.2];
    });
    const scores = places.map(() => Array.from({ length: 1 + classes }, () => random() ** 2));
    return { scores: tableOf(scores, 1 + classes), boxes: tableOf(places, 4) };
  },
  plain: ({ scores, boxes }) => {
    const places = rowsOf(boxes!);
    return rowsOf(scores!).map(([, ...own], n) => {
      const [x1 = 0, y1 = 0, x2 = 0, y2 = 0] = places[n]!.map((value, side) => value * SIDES[side]!);
      const [classId, score] = greatest(own);
      return { box: [x1, y1, x2, y2], classId, score };
    });
  },
};

describe('scores and decoded boxes', () => {
  itReadsBoxes(FAMILY);

  it('the background class is never reported, wherever it is and also where the labels name it', () => {
    const boxes = tableOf([[0.4, 0.4, 0.5, 0.5]], 4);
    const last = { ...FAMILY.output, options: { background: 2 } };
    const detected = decodeAs(
      { ...FAMILY, output: last },
      { scores: tableOf([[0.1, 0.3, 0.6]], 3), boxes },
      { classes: 2 },
    );
    expect(found(detected).map(({ label, classId }) => [label, classId])).toEqual([['class1', 1]]);
    const named = { ...FAMILY.output, options: { background: 0 } };
    const same = decodeAs(
      { ...FAMILY, output: named },
      { scores: tableOf([[0.6, 0.1, 0.3]], 3), boxes },
      { classes: 3 },
    );
    expect(found(same).map(({ label, classId }) => [label, classId])).toEqual([['class2', 2]]);
  });

  it('softmax is computed where the graph leaves it out', () => {
    const output = { ...FAMILY.output, options: { softmax: 'outside' as const } };
    const outputs = { scores: tableOf([[2, -1, 4, 0]], 4), boxes: tableOf([[0.4, 0.4, 0.5, 0.5]], 4) };
    const sum = Math.exp(2) + Math.exp(-1) + Math.exp(4) + 1;
    const [detected] = found(decodeAs({ ...FAMILY, output }, outputs));
    expect(detected?.label).toBe('class1');
    expect(detected?.score).toBeCloseTo(Math.exp(4) / sum, 6);
    expect(badness(decodeAs(FAMILY, outputs))).toBe('values');
  });

  it.each([
    ['corners_yx', [0.4, 0.3, 0.6, 0.5]],
    ['centre', [0.4, 0.5, 0.2, 0.2]],
  ] as const)('reads boxes given as %s', (boxForm, box) => {
    const output = { ...FAMILY.output, options: { boxForm } };
    const outputs = { scores: tableOf([[0, 0.9, 0, 0]], 4), boxes: tableOf([box], 4) };
    const detected = found(decodeAs({ ...FAMILY, output }, outputs))[0]?.box;
    for (const [side, value] of [384, 257.6, 640, 462.4].entries()) expect(detected?.[side]).toBeCloseTo(value, 3);
  });
});
