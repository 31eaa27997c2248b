import type { Reading } from '../reading.ts';
import { GRIDS } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { cellsOf, ofRank, shown, sizesOf } from '../recognition/shapes.ts';

/** COCO's 17 points of a person with x, y and visibility. */
const PERSON = 51;
/** No export keeps more boxes. */
const FINISHED_MAX = 1_000;

/** One table of boxes with the key points of each behind its scores. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const { hints } = facts;
  const [output, ...more] = ofRank(facts, 3);
  if (output === undefined || more.length > 0 || facts.outputs.length > 1) return [];
  if (hints.task !== undefined && hints.task !== 'pose') return [];
  const [, first = -1, second = -1] = sizesOf(output);
  const keypoints = hints.keypoints ?? PERSON;
  const outputs = [output.name];
  const options = { keypoints };
  const points = `key points of ${keypoints} numbers are not reported`;
  if (second === 6 + keypoints && first <= FINISHED_MAX && first > 0) {
    const reason = `${shown(output)}: ${first} finished boxes at most; their ${points}`;
    return [{ outputs, layout: 'anchors_first', options, reason, confidence: 3 }];
  }
  const layout = first < second ? 'attributes_first' : 'anchors_first';
  const [attributes, boxes] = first < second ? [first, second] : [second, first];
  const classes = attributes - 4 - keypoints;
  const onGrid = GRIDS.some((strides) => cellsOf(facts, strides) === boxes);
  // Without metadata, a person's points are as many as 52 classes: then only one class and the grid decide.
  const known = hints.task === 'pose';
  const labels = facts.labels ?? hints.names?.length ?? 1;
  if (classes < 1 || (!known && (classes !== 1 || labels !== 1 || !onGrid))) return [];
  const reason = `${shown(output)}: 4 + ${classes} attributes of each box; its ${points}`;
  return [{ outputs, layout, classes, options, reason, confidence: 3 }];
}
