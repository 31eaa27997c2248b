import { greyAt } from './grey-plane.ts';
import type { CodePicture } from './picture.ts';

/** Grey values that two pixels near each other differ by at a printed mark; noise and shading differ by less. */
const EDGE = 28;
/** Pixels between the two: the edge of a mark that was smeared by motion is as wide as this. */
const REACH = 4;
/** Fraction of the pixels that are at an edge from which something is printed: one short line of text in the region. */
const LEAST = 0.01;
/** Every second row and column is looked at. */
const STEP = 2;

/** Whether something is printed in the picture, so that what cannot be read there is not missing. */
export function isPrinted(picture: CodePicture): boolean {
  const { width, height } = picture;
  let [edges, seen] = [0, 0];
  for (let y = 0; y < height - REACH; y += STEP) {
    for (let x = 0; x < width - REACH; x += STEP) {
      const here = greyAt(picture, x, y) ?? 0;
      const right = greyAt(picture, x + REACH, y) ?? here;
      const below = greyAt(picture, x, y + REACH) ?? here;
      seen += 1;
      if (Math.max(Math.abs(here - right), Math.abs(here - below)) >= EDGE) edges += 1;
    }
  }
  return seen > 0 && edges / seen >= LEAST;
}
