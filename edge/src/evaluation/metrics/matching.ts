import { type Box, iou } from '../../domain/index.ts';

/** IoU of every found box (rows) with every true box (columns). */
export function overlaps(found: readonly Box[], truth: readonly Box[]): readonly (readonly number[])[] {
  return found.map((box) => truth.map((real) => iou(box, real)));
}

/**
 * Which true box each found box takes, -1 for none: boxes in the order given (best score first), each takes the free
 * true box that it overlaps most, where that is at least `leastIou`; a second box on the same object finds nothing left.
 * The rule of COCO (Lin et al., "Microsoft COCO: Common Objects in Context", 2014, and its `cocoeval`).
 */
export function matchBoxes(shares: readonly (readonly number[])[], leastIou: number): readonly number[] {
  const taken = new Set<number>();
  return shares.map((row) => {
    let best = -1;
    let most = leastIou;
    for (const [index, share] of row.entries()) {
      // Equal overlaps: the first stays.
      if (taken.has(index) || share < most || (share === most && best >= 0)) continue;
      best = index;
      most = share;
    }
    if (best >= 0) taken.add(best);
    return best;
  });
}
