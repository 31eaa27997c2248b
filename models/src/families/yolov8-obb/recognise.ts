import type { Reading } from '../reading.ts';
import { GRIDS } from '../recognition/box-table.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { cellsOf, ofRank, shown, sizesOf } from '../recognition/shapes.ts';

/** One table of boxes whose last attribute is an angle. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const { hints } = facts;
  const [output, ...more] = ofRank(facts, 3);
  if (output === undefined || more.length > 0 || facts.outputs.length > 1) return [];
  const [, first = -1, second = -1] = sizesOf(output);
  const wide = first < second;
  const [attributes, boxes] = wide ? [first, second] : [second, first];
  const classes = attributes - 5;
  const labels = facts.labels ?? hints.names?.length;
  const named = hints.task === 'obb';
  // Without metadata only one attribute more than labels speaks for an angle.
  const counted = hints.task === undefined && labels === classes && wide;
  const onGrid = GRIDS.some((strides) => cellsOf(facts, strides) === boxes);
  if (classes < 1 || !(named || (counted && onGrid)) || (named && labels !== undefined && labels !== classes))
    return [];
  const layout = wide ? 'attributes_first' : 'anchors_first';
  const reason = `${shown(output)}: 4 + ${classes} attributes and an angle of each box, reported as the upright box around it`;
  return [{ outputs: [output.name], layout, classes, reason, confidence: 3 }];
}
