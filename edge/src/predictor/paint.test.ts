import { describe, expect, it } from 'vitest';
import { paintMap, paintMask } from './paint.ts';

const SIZE = { width: 4, height: 3 };

/** Indices of the pixels that are no longer black. */
function touched(pixels: Uint8Array): number[] {
  return [...Array(12).keys()].filter((n) => pixels.subarray(3 * n, 3 * n + 3).some((value) => value > 0));
}

describe('predictions painted on an image', () => {
  it('tints the runs inside a mask and nothing else', () => {
    const pixels = new Uint8Array(36);
    paintMask(pixels, SIZE, { x: 1, y: 1, width: 2, height: 2, runs: [1, 2, 1] }, 0);
    expect(touched(pixels)).toEqual([6, 9]);
  });

  it('tints by a map of another size, more where it is higher', () => {
    const pixels = new Uint8Array(36);
    paintMap(pixels, SIZE, { width: 2, height: 1, values: Float32Array.of(0, 8) }, 4);
    expect(touched(pixels)).toEqual([2, 3, 6, 7, 10, 11]);
    const weak = new Uint8Array(36);
    paintMap(weak, SIZE, { width: 2, height: 1, values: Float32Array.of(0, 4) }, 4);
    expect(weak[6]).toBeLessThan(pixels[6] ?? 0);
  });
});
