import { type Box, iou } from '../../domain/index.ts';

/** IoU of every detected box (rows) with every true box (columns). */
export function overlaps(found: readonly Box[], truth: readonly Box[]): readonly (readonly number[])[] {
  return found.map((box) => truth.map((real) => iou(box, real)));
}

/**
 * Which true box each detected box matches, -1 for none. Boxes come in the order of their scores, best first; each matches
 * the unmatched true box with the highest IoU, where that is at least `leastIou`; a second box on an object matches nothing.
 * The rule of COCO (Lin et al., "Microsoft COCO: Common Objects in Context", 2014, and its `cocoeval`).
 */
export function matchBoxes(ious: readonly (readonly number[])[], leastIou: number): readonly number[] {
  const taken = new Set<number>();
  return ious.map((row) => {
    let best = -1;
    let most = leastIou;
    for (const [index, overlap] of row.entries()) {
      // Of equal overlaps the first is kept.
      if (taken.has(index) || overlap < most || (overlap === most && best >= 0)) continue;
      best = index;
      most = overlap;
    }
    if (best >= 0) taken.add(best);
    return best;
  });
}
