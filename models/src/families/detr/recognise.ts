import type { Reading } from '../reading.ts';
import { looseTable } from '../recognition/box-table.ts';
import type { GraphFacts, GraphOutput } from '../recognition/graph-facts.ts';
import { shown, sizesOf } from '../recognition/shapes.ts';

/** No transformer for detection has more. */
const QUERIES_MAX = 1_000;

export function recognise(facts: GraphFacts): readonly Reading[] {
  return [...oneTable(facts), ...preDecoded(facts), ...queries(facts)];
}

/** Boxes and scores of each query in one row. */
function oneTable(facts: GraphFacts): readonly Reading[] {
  const table = looseTable(facts);
  if (table === undefined || !table.queries) return [];
  const { output, first, second } = table;
  const classes = second - 4;
  const reason = `${shown(output)}: 4 + ${classes} columns for each of ${first} queries`;
  return [{ outputs: [output.name], classes, options: { boxes: 'normalised' }, reason, confidence: 2 }];
}

/**
 * Labels, boxes and scores of a graph with its post-processing inside, in any order, with and without an axis for the
 * batch. Rows of equal length belong together; type and name say which holds what, and values decide where they do not.
 */
function preDecoded(facts: GraphFacts): readonly Reading[] {
  const sets = facts.outputs.filter(isBoxes).flatMap((boxes): readonly Reading[] => {
    const count = sizesOf(boxes).at(-2) ?? -1;
    const rows = facts.outputs.filter((output) => output !== boxes && isRowOf(output, count));
    const scores = rows.filter(({ type, name }) => type.startsWith('float') && !LABEL_NAME.test(name));
    return scores.flatMap((score) => {
      const others = rows.filter((output) => output !== score && !SCORE_NAME.test(output.name));
      const integers = others.filter(({ type }) => INTEGER.test(type));
      const named = others.filter(({ name }) => LABEL_NAME.test(name));
      const labels = integers.length > 0 ? integers : named.length > 0 ? named : others;
      return labels.map((label) => decodedReading(facts, [label, boxes, score], labels === others ? 2 : 3));
    });
  });
  // A row of four numbers may look like a box: with three axes, or a name, it is one.
  return sets.toSorted((a, b) => b.confidence - a.confidence);
}

const INTEGER = /^u?int/;
const LABEL_NAME = /class|label|category|cls/i;
const SCORE_NAME = /score|conf|prob/i;
const COUNT_NAME = /num|count|valid/i;

function isBoxes({ type, shape, name }: GraphOutput): boolean {
  const [first] = shape;
  if (!type.startsWith('float') || shape.at(-1) !== 4 || SCORE_NAME.test(name)) return false;
  return shape.length === 2
    ? shape[0] !== 1 || /box/i.test(name)
    : shape.length === 3 && (first === 1 || typeof first === 'string');
}

/** [count] or [1, count]; an output that counts the boxes has one number. */
function isRowOf({ name, shape }: GraphOutput, count: number): boolean {
  const [batch, ...rest] = shape.length === 1 ? [1, ...shape] : shape;
  if (rest.length !== 1 || (batch !== 1 && typeof batch !== 'string') || COUNT_NAME.test(name)) return false;
  return typeof rest[0] === 'string' || count === -1 || rest[0] === count;
}

function decodedReading(
  facts: GraphFacts,
  [labels, boxes, scores]: readonly [GraphOutput, GraphOutput, GraphOutput],
  confidence: 2 | 3,
): Reading {
  // TensorFlow's detection API: y before x, fractions of the image, and class 1 is the first.
  const tensorflow = /^detection_/.test(boxes.name);
  const options = tensorflow
    ? ({ boxes: 'normalised', boxForm: 'corners_yx', background: 0 } as const)
    : ({ boxes: 'pixels' } as const);
  const beside = facts.hasSizesInput ? ', and the size of the picture as second input' : '';
  const reason = `${shown(labels)}, ${shown(boxes)}, ${shown(scores)}${beside}`;
  // EfficientNMS beside the usual three says how many boxes are in use; those that it adds to YOLO take YOLO's images.
  const counted = facts.outputs.some(({ name }) => COUNT_NAME.test(name));
  const images = counted && !tensorflow && !facts.hasSizesInput ? { imagesAs: 'yolov8' } : {};
  return { outputs: [labels.name, boxes.name, scores.name], options, ...images, reason, confidence };
}

/** Logits and boxes of a transformer's queries. */
function queries(facts: GraphFacts): readonly Reading[] {
  const named = (pattern: RegExp): GraphOutput | undefined => facts.outputs.find(({ name }) => pattern.test(name));
  const boxes = facts.outputs.find((output) => output.shape.length === 3 && sizesOf(output)[2] === 4);
  if (boxes === undefined) return [];
  const logits = named(/logit/i) ?? facts.outputs.find((output) => output !== boxes && output.shape.length === 3);
  const count = sizesOf(boxes)[1] ?? -1;
  if (logits === undefined || sizesOf(logits)[1] !== count || count > QUERIES_MAX) return [];
  const classes = sizesOf(logits)[2] ?? -1;
  const labels = facts.labels ?? facts.hints.names?.length;
  // DETR's last class means nothing and its scores go through softmax; its successors have neither.
  const softmax = labels === undefined ? count <= 100 : classes === labels + 1;
  const options = softmax
    ? ({ softmax: 'outside', background: classes - 1, boxes: 'normalised' } as const)
    : ({ sigmoid: 'outside', boxes: 'normalised' } as const);
  const last = softmax ? ', the last class for "nothing"' : '';
  const reason = `${shown(logits)} and ${shown(boxes)}: ${count} queries${last}`;
  const confidence = /logit/i.test(logits.name) ? 3 : 2;
  return [{ outputs: [logits.name, boxes.name], classes, options, reason, confidence }];
}
