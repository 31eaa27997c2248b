import { describe, expect, it } from 'vitest';
import { WHOLE_PICTURE, type Zone } from '../../domain/index.ts';
import { zoneFraction } from './zone-fraction.ts';

const SIZE = { width: 100, height: 100 };
const L_SHAPE: Zone = {
  id: 'L',
  polygon: [
    [0, 0],
    [1, 0],
    [1, 0.5],
    [0.5, 0.5],
    [0.5, 1],
    [0, 1],
  ],
};

describe('zoneFraction', () => {
  it('tells the share of the box that lies in the zone, notches included', () => {
    expect(zoneFraction(WHOLE_PICTURE, [10, 10, 20, 20], SIZE)).toBeCloseTo(1);
    expect(zoneFraction(L_SHAPE, [60, 60, 80, 80], SIZE)).toBeCloseTo(0);
    expect(zoneFraction(L_SHAPE, [40, 40, 60, 60], SIZE)).toBeCloseTo(0.75);
    expect(
      zoneFraction(
        {
          id: 'tri',
          polygon: [
            [0, 0],
            [1, 0],
            [0, 1],
          ],
        },
        [0, 0, 100, 100],
        SIZE,
      ),
    ).toBeCloseTo(1);
  });

  it('counts a pool that covers the zone and more', () => {
    const small: Zone = {
      id: 's',
      polygon: [
        [0.4, 0.4],
        [0.6, 0.4],
        [0.6, 0.6],
        [0.4, 0.6],
      ],
    };
    expect(zoneFraction(small, [10, 10, 90, 90], SIZE)).toBeCloseTo(1);
    expect(zoneFraction(small, [50, 10, 90, 90], SIZE)).toBeCloseTo(0.5);
  });

  it('is 0 for a box or a zone without extent, or a box off the picture', () => {
    expect(zoneFraction(WHOLE_PICTURE, [10, 10, 10, 20], SIZE)).toBe(0);
    expect(zoneFraction({ id: 'none', polygon: [] }, [0, 0, 10, 10], SIZE)).toBe(0);
    expect(zoneFraction(WHOLE_PICTURE, [-50, 0, -10, 20], SIZE)).toBe(0);
  });
});
