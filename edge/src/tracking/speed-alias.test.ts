import { describe, expect, it } from 'vitest';
import { type Places, slowerAlias } from './speed-alias.ts';

const PICTURE = { width: 640, height: 360 };
const SIZE = 70;
/** Where products of a belt stand that moved by `travelled`; uneven as products are. */
const row = (travelled: number, uneven: number): Places =>
  Array.from({ length: 20 }, (_, k) => [travelled + 140 * (k - 10) + uneven * Math.sin(k * 37.7), 180] as const).filter(
    ([x]) => x > 0 && x < 640,
  );

describe('the slower of two flows', () => {
  it('is found where tracks pass over from product to product', () => {
    for (let start = 0; start < 140; start += 5) {
      const found = slowerAlias(row(start, 12), row(start + 21, 12), [161, 0], SIZE, PICTURE);
      expect(found?.[0]).toBeCloseTo(21, 4);
      expect(slowerAlias(row(start, 12), row(start - 21, 12), [119, 0], SIZE, PICTURE)?.[0]).toBeCloseTo(-21, 4);
    }
  });

  it('is found even where products stand quite evenly, if it is much slower', () => {
    for (let start = 0; start < 140; start += 5) {
      expect(slowerAlias(row(start, 0), row(start + 21, 0), [161, 0], SIZE, PICTURE)?.[0]).toBeCloseTo(21, 4);
    }
  });

  it('is not taken for a true fast one', () => {
    for (let start = 0; start < 140; start += 5) {
      expect(slowerAlias(row(start, 12), row(start + 84, 12), [84, 0], SIZE, PICTURE)).toBeUndefined();
      expect(slowerAlias(row(start, 12), row(start + 21, 12), [21, 0], SIZE, PICTURE)).toBeUndefined();
    }
  });

  it('is not looked for in one thing, nor in a crowd', () => {
    expect(slowerAlias([[100, 180]], [[120, 180]], [160, 0], SIZE, PICTURE)).toBeUndefined();
    const crowd: Places = Array.from({ length: 200 }, (_, k) => [k * 3, 180] as const);
    expect(slowerAlias(crowd, crowd, [160, 0], SIZE, PICTURE)).toBeUndefined();
  });
});
