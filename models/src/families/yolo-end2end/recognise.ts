import type { Reading } from '../reading.ts';
import { GRIDS } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { cellsOf, ofRank, shown, sizesOf } from '../recognition/shapes.ts';

/** Attributes of a box: x1, y1, x2, y2, score, class. */
const COLUMNS = 6;
/** No export keeps more boxes. */
const BOXES_MAX = 2_000;

/** A short table of finished boxes. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const [output, ...more] = ofRank(facts, 3);
  if (output === undefined || more.length > 0 || facts.outputs.length > 1) return [];
  const [, boxes = -1, columns] = sizesOf(output);
  if (columns !== COLUMNS || boxes > BOXES_MAX) return [];
  const reason = `${shown(output)}: x1, y1, x2, y2, score, class of ${boxes} boxes at most, repetitions removed in the graph`;
  const onGrid = GRIDS.some((strides) => [1, 3].some((n) => n * cellsOf(facts, strides) === boxes));
  const sure = facts.hints.endToEnd === true || !onGrid;
  return [{ outputs: [output.name], reason, confidence: sure ? 3 : 1 }];
}
