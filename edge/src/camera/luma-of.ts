import type { EvidencePicture } from './camera-options.ts';
import { type LumaAt, packedLuma } from './health/index.ts';
import { lumaLevel } from './yuv-picture.ts';

/** Brightness of the pixels of a picture, whichever way it is stored: luma is the first of its planes. */
export function lumaOf({ pixels, size, matrix }: EvidencePicture): LumaAt {
  if (matrix === undefined) return packedLuma(pixels, size);
  return (x, y) => lumaLevel(pixels[y * size.width + x] ?? 0);
}
