import type { PictureSize } from '../../domain/index.ts';

/** Brightness of one pixel of a picture, 0 to 255. */
export type LumaAt = (x: number, y: number) => number;

/** That of packed rgb pixels. */
export function packedLuma(pixels: Uint8Array, { width }: PictureSize): LumaAt {
  return (x, y) => {
    const at = 3 * (y * width + x);
    return (54 * (pixels[at] ?? 0) + 183 * (pixels[at + 1] ?? 0) + 19 * (pixels[at + 2] ?? 0)) >> 8;
  };
}
