import { describe, expect, it } from 'vitest';
import type { Box, CropClasses, Detection } from '../domain/index.ts';
import { refineLabels } from './refine-labels.ts';

const LABELS = ['person', 'headwear', 'bare_head'];
const HEAD: Box = [100, 100, 140, 150];
const OTHER: Box = [300, 100, 340, 150];

const detection = (label: string, score: number, box: Box = HEAD): Detection => ({
  ...{ label, score, box },
  classId: LABELS.indexOf(label),
});
/** What a second stage says of the crop of a box: the probability that the head is bare. */
const answer = (bare: number, box: Box = HEAD): CropClasses => {
  const classes = [
    { label: 'headwear', score: 1 - bare },
    { label: 'bare_head', score: bare },
  ];
  return { box, classes: classes.toSorted((a, b) => b.score - a.score) };
};

describe('labels that two stages give together', () => {
  it('go with the product of their odds', () => {
    // 0.6 to an unseen 0.02 are odds of 30: a second stage that is sure of it outweighs them, and one that is not does not.
    expect(refineLabels([detection('headwear', 0.6)], [answer(0.98)], LABELS)).toEqual([detection('bare_head', 0.6)]);
    expect(refineLabels([detection('headwear', 0.6)], [answer(0.9)], LABELS)).toEqual([detection('headwear', 0.6)]);
    const doubtful = [detection('headwear', 0.4), detection('bare_head', 0.35, [101, 101, 141, 151])];
    expect(refineLabels(doubtful, [answer(0.6)], LABELS)).toEqual([detection('bare_head', 0.4)]);
  });

  it('leave one detection on one place, with the box and the score of the best', () => {
    const twins = [detection('bare_head', 0.7), detection('headwear', 0.5, [102, 100, 142, 150])];
    expect(refineLabels(twins, [answer(0.5), answer(0.5, [102, 100, 142, 150])], LABELS)).toEqual([
      detection('bare_head', 0.7),
    ]);
  });

  it('touch neither other labels nor other places, nor what was not inspected', () => {
    const seen = [detection('person', 0.9), detection('headwear', 0.6), detection('headwear', 0.5, OTHER)];
    const [person, , other] = seen;
    expect(refineLabels(seen, [answer(0.99)], LABELS)).toEqual([person, detection('bare_head', 0.6), other]);
    expect(refineLabels(seen, [], LABELS)).toEqual(seen);
  });

  it('are those of the first stage where the second one has fewer than two of its labels', () => {
    const good = { box: HEAD, classes: [{ label: 'good', score: 1 }, ...answer(1).classes.slice(0, 1)] };
    expect(refineLabels([detection('headwear', 0.6)], [good], LABELS)).toEqual([detection('headwear', 0.6)]);
  });

  it('never add a detection, and change no score', () => {
    let state = 7;
    const next = (): number => (state = (state * 48_271) % 2_147_483_647) / 2_147_483_647;
    for (let round = 0; round < 200; round += 1) {
      const seen = Array.from({ length: 6 }, () => {
        const [x, y] = [200 * next(), 200 * next()];
        const box: Box = [x, y, x + 20 + 60 * next(), y + 20 + 60 * next()];
        return detection(LABELS[Math.floor(3 * next())] ?? 'person', next(), box);
      }).toSorted((a, b) => b.score - a.score);
      const heads = seen.filter(({ label }) => label !== 'person');
      const refined = refineLabels(
        seen,
        heads.map(({ box }) => answer(next(), box)),
        LABELS,
      );
      for (const one of refined) {
        expect(seen.some(({ box, score }) => box === one.box && score === one.score)).toBe(true);
        expect(LABELS[one.classId]).toBe(one.label);
      }
      expect(refined.filter(({ label }) => label === 'person')).toEqual(seen.filter(({ label }) => label === 'person'));
      expect(refined.some(({ label }) => label !== 'person')).toBe(heads.length > 0);
    }
  });
});
