import { describe, expect, it } from 'vitest';
import { play, ruleOf, SIZE, story, track } from '../../../../tests/support/crafted-tracks.ts';
import { ObjectFilter } from './object-filter.ts';

const LEFT = {
  id: 'mirror',
  polygon: [
    [0, 0],
    [0.5, 0],
    [0.5, 1],
    [0, 1],
  ],
} as const;
/** A square at the right whose area is this fraction of the picture. */
const square = (id: number, fraction: number, label = 'spill') => {
  const side = Math.sqrt(fraction * SIZE.width * SIZE.height);
  return track(id, label, [400, 20, 400 + side, 20 + side]);
};

describe('the size of an object', () => {
  const filter = () => new ObjectFilter({ labels: ['spill'], minSize: 0.01, maxSize: 0.1, masks: [] });
  const kept = (...fractions: readonly number[]): boolean[] => {
    const sizes = filter();
    return fractions.map((fraction) => sizes.keep([square(1, fraction)], SIZE).length === 1);
  };

  it('decides whether it counts', () => {
    expect(kept(0.009)).toEqual([false]);
    expect(kept(0.011)).toEqual([true]);
    expect(kept(0.11)).toEqual([false]);
  });

  it('may pass a limit by a fifth once the object has counted', () => {
    expect(kept(0.011, 0.0085, 0.0079, 0.0085)).toEqual([true, true, false, false]);
    expect(kept(0.09, 0.11, 0.13)).toEqual([true, true, false]);
  });

  it('does not matter for other labels', () => {
    expect(filter().keep([square(1, 0.001, 'person')], SIZE)).toHaveLength(1);
  });
});

describe('a mask', () => {
  it('leaves out the objects of which half is in it', () => {
    const rule = ruleOf(
      { type: 'spill', id: 'r', minDuration: '1s', masks: ['mirror'] },
      { zones: [LEFT, { ...LEFT, id: 'other' }] },
    );
    const inside = track(1, 'spill', [290, 100, 340, 140]);
    const beside = track(2, 'spill', [310, 200, 360, 240]);
    expect(story(play(rule, 0, 3000, () => [inside]))).toEqual([]);
    expect(story(play(rule, 3200, 6000, () => [inside, beside]))).toEqual(['opened@4200 #1']);
  });
});
