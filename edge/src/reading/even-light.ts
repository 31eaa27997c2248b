import { greyOf } from './grey.ts';
import type { CodePicture } from './picture.ts';

/** Less difference than this in a neighbourhood is paper, shading and noise. */
const LEAST_RANGE = 24;
/** Blocks along a picture's shorter side: three of them are about three modules of a code that fills its region. */
const BLOCKS = 24;
const SMALLEST_BLOCK = 3;

/**
 * The picture in grey as if its light were even: each pixel between the darkest and the lightest of its block and of those
 * around it. A reflection leaves ink little darker than paper, and that little is made the whole range again; what is
 * saturated is lost.
 */
export function evenLight(picture: CodePicture): CodePicture {
  const { width, height, pixels: grey } = greyOf(picture);
  const side = Math.max(SMALLEST_BLOCK, Math.round(Math.min(width, height) / BLOCKS));
  const [columns, rows] = [Math.ceil(width / side), Math.ceil(height / side)];
  const dark = new Uint8Array(columns * rows).fill(255);
  const light = new Uint8Array(columns * rows);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const block = Math.floor(y / side) * columns + Math.floor(x / side);
      const value = grey[y * width + x] ?? 0;
      if (value < (dark[block] ?? 0)) dark[block] = value;
      if (value > (light[block] ?? 0)) light[block] = value;
    }
  const darkest = ofNeighbours(dark, columns, rows, Math.min);
  const lightest = ofNeighbours(light, columns, rows, Math.max);
  const pixels = new Uint8Array(width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const block = Math.floor(y / side) * columns + Math.floor(x / side);
      const [least = 0, most = 0] = [darkest[block], lightest[block]];
      const value = grey[y * width + x] ?? 0;
      pixels[y * width + x] = most - least < LEAST_RANGE ? 255 : Math.round((255 * (value - least)) / (most - least));
    }
  return { width, height, channels: 1, pixels };
}

/** For each block what `pick` takes of it and of the eight around it. */
function ofNeighbours(
  values: Uint8Array,
  columns: number,
  rows: number,
  pick: (a: number, b: number) => number,
): Uint8Array {
  return values.map((own, at) => {
    const [column, row] = [at % columns, Math.floor(at / columns)];
    let best = own;
    for (let y = Math.max(0, row - 1); y <= Math.min(rows - 1, row + 1); y += 1)
      for (let x = Math.max(0, column - 1); x <= Math.min(columns - 1, column + 1); x += 1)
        best = pick(best, values[y * columns + x] ?? own);
    return best;
  });
}
