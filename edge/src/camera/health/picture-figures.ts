import type { PictureSize } from '../../domain/index.ts';
import type { LumaAt } from './luma.ts';

/** Points at which a picture is looked at, across and down. */
const ACROSS = 96;
const DOWN = 54;
const DARK = 32;
const BRIGHT = 250;

/** What a picture is like, from a few thousand of its pixels. Levels are 0 to 255. */
export interface PictureFigures {
  /** Mean brightness. */
  readonly luma: number;
  /** Standard deviation of the brightness. */
  readonly contrast: number;
  /** Mean difference between neighbouring pixels: edges and texture, less where the lens is out of focus. */
  readonly sharpness: number;
  /** Fractions of the picture that are nearly black, and white. */
  readonly dark: number;
  readonly bright: number;
  /** Changes with every change of a pixel that was looked at. */
  readonly print: number;
}

/** Takes the figures of a picture. Pure, about a tenth of a millisecond. */
export function pictureFigures(lumaAt: LumaAt, { width, height }: PictureSize): PictureFigures {
  let [sum, squares, edges, dark, bright, count, print] = [0, 0, 0, 0, 0, 0, 0];
  const [stepX, stepY] = [Math.max(1, Math.floor(width / ACROSS)), Math.max(1, Math.floor(height / DOWN))];
  for (let y = 0; y < height - 1; y += stepY) {
    for (let x = 0; x < width - 1; x += stepX) {
      const luma = lumaAt(x, y);
      sum += luma;
      squares += luma * luma;
      edges += Math.abs(lumaAt(x + 1, y) - luma) + Math.abs(lumaAt(x, y + 1) - luma);
      if (luma < DARK) dark += 1;
      if (luma >= BRIGHT) bright += 1;
      print = (Math.imul(print, 31) + luma) | 0;
      count += 1;
    }
  }
  const points = Math.max(1, count);
  const mean = sum / points;
  return {
    luma: mean,
    contrast: Math.sqrt(Math.max(0, squares / points - mean * mean)),
    sharpness: edges / (2 * points),
    dark: dark / points,
    bright: bright / points,
    print,
  };
}
