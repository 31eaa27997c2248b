import { expect, test } from 'vitest';
import { dice } from '../../../../tests/support/dice.ts';
import { countInRanges, mergeRanges, outsideRanges, type SeqRange } from './ranges.ts';

test('ranges that overlap or touch are merged, and numbers at or below the floor are dropped', () => {
  expect(
    mergeRanges(
      [
        [8, 9],
        [1, 3],
        [4, 5],
        [9, 12],
      ],
      2,
    ),
  ).toEqual([
    [3, 5],
    [8, 12],
  ]);
  expect(mergeRanges([[1, 4]], 4)).toEqual([]);
});

test('every number is either in merged ranges or outside them, and is counted once', () => {
  const below = dice(7);
  for (let round = 0; round < 200; round += 1) {
    const raw = Array.from({ length: below(6) }, (): SeqRange => {
      const a = 1 + below(30);
      return [a, a + below(6)];
    });
    const merged = mergeRanges(raw);
    const outside = outsideRanges([1, 40], merged);
    for (let n = 1; n <= 40; n += 1) {
      const has = (ranges: readonly SeqRange[]): boolean => ranges.some(([a, b]) => n >= a && n <= b);
      expect(has(merged)).toBe(has(raw));
      expect(has(outside)).toBe(!has(raw));
    }
    expect(countInRanges(merged) + countInRanges(outside)).toBe(40);
  }
});
