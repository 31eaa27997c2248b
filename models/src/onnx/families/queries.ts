import type { FamilyGuess, GuessFacts } from '../family.ts';
import type { OnnxValue } from '../model.ts';
import { cells, numeric, shown, STRIDES } from './shapes.ts';

/** Labels, boxes and scores ready made, of a graph with its post-processing inside. */
export function readyMade(facts: GuessFacts): readonly FamilyGuess[] {
  const flat = facts.outputs.filter(({ shape }) => shape.length === 1 || shape.length === 2);
  const boxes = facts.outputs.find((value) => [2, 3].includes(value.shape.length) && numeric(value).at(-1) === 4);
  const labels = flat.find(({ name, type }) => type.startsWith('int') || /class|label/i.test(name));
  const scores = flat.find((value) => value !== labels && /^float/.test(value.type) && numeric(value).at(-1) !== 1);
  if (boxes === undefined || labels === undefined || scores === undefined || boxes === scores) return [];
  const counts = [numeric(labels).at(-1), numeric(scores).at(-1), numeric(boxes).at(-2)].filter((n) => n !== -1);
  if (new Set(counts).size > 1) return [];
  // TensorFlow's detection API: y before x, shares of the picture, and class 1 is the first.
  const tensorflow = /^detection_/.test(boxes.name);
  const options = tensorflow
    ? ({ boxes: 'normalised', boxForm: 'corners_yx', background: 0 } as const)
    : ({ boxes: 'pixels' } as const);
  const beside = facts.hasSizesInput ? ', and the size of the picture as second input' : '';
  const reason = `${shown(labels)}, ${shown(boxes)}, ${shown(scores)}${beside}`;
  const outputs = [labels.name, boxes.name, scores.name];
  return [{ family: 'detr', task: 'detect', outputs, options, reason, confidence: 3 }];
}

/** A transformer's queries: logits and boxes. */
export function detr(facts: GuessFacts): readonly FamilyGuess[] {
  const named = (pattern: RegExp): OnnxValue | undefined => facts.outputs.find(({ name }) => pattern.test(name));
  const boxes = facts.outputs.find((value) => value.shape.length === 3 && numeric(value)[2] === 4);
  if (boxes === undefined) return [];
  const logits = named(/logit/i) ?? facts.outputs.find((value) => value !== boxes && value.shape.length === 3);
  const queries = numeric(boxes)[1] ?? -1;
  if (logits === undefined || numeric(logits)[1] !== queries || queries > 1_000) return [];
  const width = numeric(logits)[2] ?? -1;
  const labelled = facts.labels ?? facts.hints.names?.length;
  // DETR's last class means nothing and its scores go through softmax; its successors have neither.
  const softmax = labelled === undefined ? queries <= 100 : width === labelled + 1;
  const options = softmax
    ? ({ softmax: 'outside', background: width - 1, boxes: 'normalised' } as const)
    : ({ sigmoid: 'outside', boxes: 'normalised' } as const);
  const last = softmax ? ', the last class for "nothing"' : '';
  const reason = `${shown(logits)} and ${shown(boxes)}: ${queries} queries${last}`;
  const outputs = [logits.name, boxes.name];
  const confidence = /logit/i.test(logits.name) ? 3 : 2;
  return [{ family: 'detr', task: 'detect', outputs, classes: width, options, reason, confidence }];
}

/** Scores and boxes of many anchors, boxes already decoded. */
export function ssd(facts: GuessFacts): readonly FamilyGuess[] {
  if (facts.outputs.length !== 2) return [];
  const tables = facts.outputs.filter(({ shape }) => shape.length === 3);
  const boxes =
    tables.find((value) => numeric(value)[2] === 4 && /box|loc|reg/i.test(value.name)) ??
    tables.find((value) => numeric(value)[2] === 4);
  const scores = tables.find((value) => value !== boxes);
  if (boxes === undefined || scores === undefined || numeric(boxes)[1] !== numeric(scores)[1]) return [];
  const count = numeric(scores)[1] ?? -1;
  const classes = numeric(scores)[2] ?? -1;
  const softmax = facts.makers(scores.name).has('Softmax');
  const background = softmax && classes > 1 && classes !== (facts.labels ?? -1) ? { background: 0 } : {};
  const reason = `${shown(scores)} and ${shown(boxes)}: ${classes} scores and a box for each of ${count} anchors`;
  const outputs = [scores.name, boxes.name];
  const options = { ...background, boxes: 'normalised' } as const;
  // One box per cell of YOLO's grid: YOLO-NAS and its kin, which are fed as YOLO is.
  const pictures = count === cells(facts, STRIDES) ? ({ pictures: 'yolov8' } as const) : {};
  const confidence = count > 1_000 ? 3 : 1;
  return [{ family: 'ssd', task: 'detect', outputs, classes, options, ...pictures, reason, confidence }];
}
