import { greyAt } from './grey-plane.ts';
import type { CodePicture } from './picture.ts';

/** Grey values that two pixels side by side differ by at the edge of a printed mark; noise and shading differ by less. */
const EDGE = 28;
/** Fraction of the pixels that are at an edge from which something is printed: one short line of text in the region. */
const LEAST = 0.006;
/** Every second row and column is looked at. */
const STEP = 2;

/** Whether something is printed in the picture, so that what cannot be read there is not missing. */
export function isPrinted(picture: CodePicture): boolean {
  const { width, height } = picture;
  let [edges, seen] = [0, 0];
  for (let y = 0; y < height - 1; y += STEP) {
    for (let x = 0; x < width - 1; x += STEP) {
      const [here = 0, right = 0, below = 0] = [
        greyAt(picture, x, y),
        greyAt(picture, x + 1, y),
        greyAt(picture, x, y + 1),
      ];
      seen += 1;
      if (Math.max(Math.abs(here - right), Math.abs(here - below)) >= EDGE) edges += 1;
    }
  }
  return seen > 0 && edges / seen >= LEAST;
}
