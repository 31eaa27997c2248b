import { describe, expect, it } from 'vitest';
import type { Prediction } from '../predictor/index.ts';
import { findImplausible, type Shown } from './plausibility.ts';

type Kind = Shown['frame']['picture']['kind'];

/** A trial image with `count` boxes here and there. */
const shown = (kind: Kind, count: number): Shown => ({
  frame: { picture: { path: '/p', kind }, source: { width: 640, height: 480 } } as Shown['frame'],
  answer: {
    detections: Array.from({ length: count }, (_, n) => ({ label: 'a', score: 0.5, box: [n, 10, n + 50, 60] })),
  } as unknown as Prediction,
});
const judge = (...images: readonly Shown[]): string | undefined =>
  findImplausible('detect', images, { threshold: undefined, usual: 1 })?.message;

describe('how many objects a model reports', () => {
  it('is too many on an image that shows nothing', () => {
    expect(judge(shown('made', 101), shown('given', 3))).toBe('reports 101 objects on an image that shows nothing');
    expect(judge(shown('made', 100), shown('given', 3))).toBeUndefined();
  });

  it('is too many on every photograph, whatever it reports on noise', () => {
    expect(judge(shown('made', 0), shown('given', 201), shown('shipped', 300))).toBe(
      'reports 201 objects or more on every photograph',
    );
    expect(judge(shown('made', 0), shown('given', 201), shown('given', 200))).toBeUndefined();
  });

  it('may be large on one photograph: it can show a heap', () => {
    expect(judge(shown('made', 0), shown('given', 900))).toBeUndefined();
  });
});
