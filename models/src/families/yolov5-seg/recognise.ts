import type { Reading } from '../reading.ts';
import { GRIDS } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { cellsOf, ofRank, shown, sizesOf } from '../recognition/shapes.ts';

/** Coefficients of a mask in Ultralytics' segmentation models. */
const MASK_COEFFICIENTS = 32;

/** A table of boxes with objectness and coefficients, and the prototypes that they weight. Raw heads may stand beside. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const [table, ...more] = ofRank(facts, 3);
  const [masks, ...others] = ofRank(facts, 4);
  if (table === undefined || masks === undefined || more.length + others.length > 0) return [];
  const [, boxes = -1, columns = -1] = sizesOf(table);
  const [, coefficients = -1] = sizesOf(masks);
  const classes = columns - 5 - MASK_COEFFICIENTS;
  const threePerCell = GRIDS.some((strides) => 3 * cellsOf(facts, strides) === boxes);
  if (coefficients !== MASK_COEFFICIENTS || classes < 1 || !threePerCell) return [];
  const reason = `${shown(table)} and ${shown(masks)}: three boxes per cell with objectness, ${classes} classes and ${coefficients} coefficients of ${coefficients} masks`;
  return [{ outputs: [table.name, masks.name], layout: 'anchors_first', classes, reason, confidence: 3 }];
}
