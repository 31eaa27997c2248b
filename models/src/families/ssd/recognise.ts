import type { Reading } from '../reading.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { cellsOf, shown, sizesOf, STRIDES } from '../recognition/shapes.ts';

/** Scores and boxes of many anchors, boxes already decoded. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  if (facts.outputs.length !== 2) return [];
  const tables = facts.outputs.filter(({ shape }) => shape.length === 3);
  const boxes =
    tables.find((output) => sizesOf(output)[2] === 4 && /box|loc|reg/i.test(output.name)) ??
    tables.find((output) => sizesOf(output)[2] === 4);
  const scores = tables.find((output) => output !== boxes);
  if (boxes === undefined || scores === undefined || sizesOf(boxes)[1] !== sizesOf(scores)[1]) return [];
  const count = sizesOf(scores)[1] ?? -1;
  const classes = sizesOf(scores)[2] ?? -1;
  const softmax = facts.makers(scores.name).has('Softmax');
  const background = softmax && classes > 1 && classes !== (facts.labels ?? -1) ? { background: 0 } : {};
  const reason = `${shown(scores)} and ${shown(boxes)}: ${classes} scores and a box for each of ${count} anchors`;
  // One box per cell of YOLO's grid: YOLO-NAS and similar models, which take images as YOLO does.
  const images = count === cellsOf(facts, STRIDES) ? { imagesAs: 'yolov8' } : {};
  return [
    {
      outputs: [scores.name, boxes.name],
      classes,
      options: { ...background, boxes: 'normalised' },
      ...images,
      reason,
      confidence: count > 1_000 ? 3 : 1,
    },
  ];
}
