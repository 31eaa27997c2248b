import { expect, it } from 'vitest';
import { halfYuv } from './half-yuv.ts';

it('each sample of half a picture is the mean of four, in luma and in colour, also with odd sides', () => {
  // 6x4 of luma, then two planes of 3x2.
  const luma = [0, 2, 10, 10, 20, 24, 4, 6, 10, 10, 20, 24, 1, 1, 2, 2, 3, 3, 1, 1, 2, 2, 3, 3];
  const planes = Uint8Array.from([...luma, 100, 102, 50, 104, 106, 54, 200, 200, 8, 200, 200, 8]);
  const { pixels, size } = halfYuv(planes, { width: 6, height: 4 });
  expect(size).toEqual({ width: 3, height: 2 });
  expect([...pixels]).toEqual([3, 10, 22, 1, 2, 3, 103, 52, 200, 8]);
});
