import type { Reading } from '../reading.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { ofRank, shown, sizesOf } from '../recognition/shapes.ts';

/** Coefficients of a mask in Ultralytics' segmentation models. */
const MASK_COEFFICIENTS = 32;

/** A table of boxes with coefficients, and the prototypes that they weight. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const [boxes, ...more] = ofRank(facts, 3);
  const [masks, ...others] = ofRank(facts, 4);
  if (boxes === undefined || masks === undefined || more.length + others.length > 0) return [];
  const [, rows = -1, anchors = -1] = sizesOf(boxes);
  const [, coefficients = -1] = sizesOf(masks);
  const classes = rows - 4 - coefficients;
  const outputs = [boxes.name, masks.name];
  const both = `${shown(boxes)} and ${shown(masks)}`;
  if (coefficients === MASK_COEFFICIENTS && anchors === 6 + coefficients && rows <= 1_000) {
    const reason = `${both}: ${rows} boxes at most with ${coefficients} coefficients of as many masks, repetitions removed in the graph`;
    return [{ layout: 'anchors_first', outputs, reason, confidence: 3 }];
  }
  if (coefficients !== MASK_COEFFICIENTS || rows >= anchors || classes < 1) return [];
  const reason = `${both}: 4 + ${classes} rows and ${coefficients} coefficients of ${coefficients} masks`;
  return [{ layout: 'attributes_first', outputs, classes, reason, confidence: 3 }];
}
