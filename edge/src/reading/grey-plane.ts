import { luma } from './grey.ts';
import type { CodePicture } from './picture.ts';

/** Grey value of a pixel, 0 to 255; undefined outside of the picture.  */
export function greyAt({ width, height, channels, pixels }: CodePicture, x: number, y: number): number | undefined {
  if (x < 0 || y < 0 || x >= width || y >= height) return undefined;
  const at = (y * width + x) * channels;
  const red = pixels[at] ?? 0;
  return channels === 1 ? red : luma(red, pixels[at + 1] ?? 0, pixels[at + 2] ?? 0);
}
