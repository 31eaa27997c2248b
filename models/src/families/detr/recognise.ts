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

/** Labels, boxes and scores of a graph with its post-processing inside. */
function preDecoded(facts: GraphFacts): readonly Reading[] {
  const flat = facts.outputs.filter(({ shape }) => shape.length === 1 || shape.length === 2);
  const boxes = facts.outputs.find((output) => [2, 3].includes(output.shape.length) && sizesOf(output).at(-1) === 4);
  const labels = flat.find(({ name, type }) => type.startsWith('int') || /class|label/i.test(name));
  const scores = flat.find((output) => output !== labels && /^float/.test(output.type) && sizesOf(output).at(-1) !== 1);
  if (boxes === undefined || labels === undefined || scores === undefined || boxes === scores) return [];
  const counts = [sizesOf(labels).at(-1), sizesOf(scores).at(-1), sizesOf(boxes).at(-2)].filter((n) => n !== -1);
  if (new Set(counts).size > 1) return [];
  // TensorFlow's detection API: y before x, fractions of the image, and class 1 is the first.
  const tensorflow = /^detection_/.test(boxes.name);
  const options = tensorflow
    ? ({ boxes: 'normalised', boxForm: 'corners_yx', background: 0 } as const)
    : ({ boxes: 'pixels' } as const);
  const beside = facts.hasSizesInput ? ', and the size of the picture as second input' : '';
  const reason = `${shown(labels)}, ${shown(boxes)}, ${shown(scores)}${beside}`;
  return [{ outputs: [labels.name, boxes.name, scores.name], options, reason, confidence: 3 }];
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
