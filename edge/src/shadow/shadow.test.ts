import { describe, expect, test } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import type { Box, Detection, Inspection } from '../domain/index.ts';
import { ByteTracker } from '../tracking/index.ts';
import { ShadowComparison, type ShadowFigures, type Side } from './comparison.ts';
import { judgeShadow } from './judge-shadow.ts';

const STEP_MS = 200;
const SIZE = { width: 640, height: 360 };

/** How a model errs, in per mille. */
interface Errors {
  /** Objects that it does not see, in each frame anew. */
  readonly misses?: number;
  /** Frames in which it sees something that is not there. */
  readonly invents?: number;
  /** Frames for which an invention stays where it is; 1 where left out. */
  readonly lasts?: number;
  /** Objects that it never sees, by their number modulo 10. */
  readonly blindTo?: readonly number[];
  /** Frames that fail. */
  readonly fails?: number;
}

/** Products on a belt, one every two seconds, each in the picture for four. */
function belt(frame: number): readonly { readonly n: number; readonly box: Box }[] {
  const there: { n: number; box: Box }[] = [];
  for (let n = Math.ceil((frame - 20) / 10); n * 10 <= frame; n += 1) {
    const x = (frame - n * 10) * 30;
    there.push({ n, box: [x, 150, x + 40, 210] });
  }
  return there;
}

/** Frames of `frames` seen by both models; figures of the comparison. */
function compare(frames: number, errors: Readonly<Record<Side, Errors>>, seed = 1): ShadowFigures {
  const random = dice(seed);
  const comparison = new ShadowComparison({ current: new ByteTracker(), candidate: new ByteTracker() });
  const invented = { current: { x: 0, left: 0 }, candidate: { x: 0, left: 0 } };
  const look = (frame: number, side: Side): Inspection['result'] => {
    const { misses = 0, invents = 0, lasts = 1, blindTo = [], fails = 0 } = errors[side];
    const one = invented[side];
    if (random(1000) < fails) return { status: 'no_result', reason: 'bad_output' };
    const seen = belt(frame)
      .filter(({ n }) => !blindTo.includes(((n % 10) + 10) % 10) && random(1000) >= misses)
      .map(({ box }) => thing(box));
    const x = random(560);
    if (random(1000) < invents && one.left === 0) Object.assign(one, { x, left: lasts });
    if (one.left > 0) seen.push(thing([one.x, 20, one.x + 50, 80]));
    one.left = Math.max(0, one.left - 1);
    return { status: 'ok', detections: seen };
  };
  for (let index = 0; index < frames; index += 1) {
    for (const side of ['current', 'candidate'] as const) {
      const frame = { camera: 'belt', index, atMs: index * STEP_MS, ...SIZE };
      const times = { waitMs: 0, inferMs: 10, decodeMs: 0 };
      comparison.take(side, { frame, model: 'defect', result: look(index, side), times });
    }
  }
  return comparison.figures;
}

function thing(box: Box): Detection {
  return { label: 'product', classId: 0, score: 0.8, box };
}

const POOR: Errors = { misses: 150, invents: 60 };
const GOOD: Errors = { misses: 20, invents: 5 };

describe('a model in shadow', () => {
  test.each([1, 2, 3, 4, 5])(
    'goes on where it sees better than the current one, not where it sees worse (seed %i)',
    (seed) => {
      expect(judgeShadow(compare(500, { current: POOR, candidate: GOOD }, seed))).toBeUndefined();
      expect(judgeShadow(compare(500, { current: GOOD, candidate: POOR }, seed))).toBeDefined();
      expect(judgeShadow(compare(500, { current: GOOD, candidate: GOOD }, seed))).toBeUndefined();
    },
  );

  test.each<[string, Errors, RegExp]>([
    ['sees nothing at all', { misses: 1000 }, /0 % of what the current model sees/],
    ['never sees some products', { ...GOOD, blindTo: [3] }, /of what the current model sees steadily/],
    ['sees what is not there', { ...GOOD, invents: 300 }, /unsteady/],
    ['fails in some frames', { ...GOOD, fails: 60 }, /of its frames failed/],
  ])('that %s is refused, and the reason is said', (_, candidate, reason) => {
    expect(judgeShadow(compare(500, { current: GOOD, candidate }))).toMatch(reason);
  });

  test('that adds much that is steady is for a person to judge', () => {
    const current = { ...GOOD, blindTo: [0, 1, 2, 3, 4, 5] };
    expect(judgeShadow(compare(500, { current, candidate: GOOD }))).toMatch(/does not see/);
  });

  test.each<[string, Errors, Errors, boolean]>([
    ['it may be the current one that is wrong', { ...GOOD, invents: 300, lasts: 5 }, GOOD, true],
    ['nothing speaks against the current one', GOOD, { ...GOOD, blindTo: [3] }, false],
    // The same hint, and the new model is the one that is wrong: it is no verdict.
    ['the current one is mediocre', POOR, { ...GOOD, blindTo: [3] }, true],
  ])('that misses much is refused, and the reason says whether %s', (_, current, candidate, isSaid) => {
    const reason = judgeShadow(compare(500, { current, candidate }));
    expect(reason).toMatch(/of what the current model sees steadily/);
    expect(reason?.includes('may see what is not there')).toBe(isSaid);
  });

  test('is not judged by a few frames', () => {
    expect(judgeShadow(compare(20, { current: GOOD, candidate: GOOD }))).toMatch(/only 20 frames/);
  });
});

test('only frames that both models have inspected are compared, whatever the order in which results come', () => {
  const comparison = new ShadowComparison({ current: new ByteTracker(), candidate: new ByteTracker() });
  const take = (side: Side, index: number) =>
    comparison.take(side, {
      frame: { camera: 'belt', index, atMs: index * STEP_MS, ...SIZE },
      model: 'defect',
      result: { status: 'ok', detections: side === 'current' ? [thing([0, 0, 40, 40])] : [] },
      times: { waitMs: 0, inferMs: 10, decodeMs: 0 },
    });
  for (const index of [0, 1, 2, 3, 4]) take('current', index);
  expect(take('candidate', 1)).toMatchObject({ camera: 'belt', index: 1 });
  expect(take('candidate', 4)).toMatchObject({ index: 4, added: [], missed: [{ label: 'product' }] });
  take('candidate', 200);
  take('current', 200);
  expect(comparison.figures).toMatchObject({ results: 3, differing: 3, found: 0 });
});
