import { luma } from './grey.ts';
import type { CodePicture, Corner } from './picture.ts';

const LINES = 10;
const SAMPLES = 256;

/**
 * Symbol contrast: the mean over ten lines across a code of lightest less darkest reflectance, 0 to 1 (ISO/IEC 15416,
 * 5.4.3, with the picture's grey values in place of reflectance; comparable over time under the same light, not between
 * cameras). Outside of the picture nothing is sampled.
 *
 * @param corners in pixels: top left, top right, bottom right, bottom left.
 */
export function symbolContrast(picture: CodePicture, corners: readonly [Corner, Corner, Corner, Corner]): number {
  const contrasts = Array.from({ length: LINES }, (_, line) => contrastOf(picture, corners, (line + 0.5) / LINES));
  return contrasts.reduce((total, contrast) => total + contrast, 0) / LINES;
}

function contrastOf(picture: CodePicture, corners: readonly [Corner, Corner, Corner, Corner], down: number): number {
  const [topLeft, topRight, bottomRight, bottomLeft] = corners;
  const [from, to] = [between(topLeft, bottomLeft, down), between(topRight, bottomRight, down)];
  let [dark, light] = [255, 0];
  for (let sample = 0; sample < SAMPLES; sample += 1) {
    const grey = greyAt(picture, between(from, to, sample / (SAMPLES - 1)));
    if (grey === undefined) continue;
    dark = Math.min(dark, grey);
    light = Math.max(light, grey);
  }
  return Math.max(0, light - dark) / 255;
}

function between([x1, y1]: Corner, [x2, y2]: Corner, part: number): Corner {
  return [x1 + (x2 - x1) * part, y1 + (y2 - y1) * part];
}

function greyAt({ width, height, channels, pixels }: CodePicture, [x, y]: Corner): number | undefined {
  const [column, row] = [Math.round(x), Math.round(y)];
  if (column < 0 || row < 0 || column >= width || row >= height) return undefined;
  const at = (row * width + column) * channels;
  const [red = 0, green = red, blue = red] = pixels.subarray(at, at + channels);
  return luma(red, green, blue);
}
