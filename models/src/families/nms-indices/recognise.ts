import type { Reading } from '../reading.ts';
import type { GraphFacts, GraphOutput } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** Frame, class and box of each selection, as ONNX's NonMaxSuppression gives them, with the boxes and scores beside. */
export function recognise(facts: GraphFacts): readonly Reading[] {
  const indices = facts.outputs.find(
    ({ type, shape }) => type.startsWith('int') && shape.at(-1) === 3 && (shape.length === 2 || shape.length === 3),
  );
  const floats = facts.outputs.filter(({ type, shape }) => type.startsWith('float') && shape.length === 3);
  if (indices === undefined || floats.length !== 2 || facts.outputs.length !== 3) return [];
  return floats.flatMap((boxes): readonly Reading[] => {
    const scores = floats.find((other) => other !== boxes);
    if (scores === undefined || !areBoxes(boxes, scores)) return [];
    const [, classes = -1] = sizesOf(scores);
    const known = classes > 0 ? { classes } : {};
    const reason = `${shown(indices)}, ${shown(boxes)}, ${shown(scores)}: selected boxes by frame, class and number`;
    return [{ outputs: [indices.name, boxes.name, scores.name], ...known, reason, confidence: 3 }];
  });
}

/** [1, M, 4] beside [1, classes, M]. */
function areBoxes(boxes: GraphOutput, scores: GraphOutput): boolean {
  const [, count = -1, four] = sizesOf(boxes);
  const [, , other = -1] = sizesOf(scores);
  return four === 4 && (count === other || count === -1 || other === -1);
}
