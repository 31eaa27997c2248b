import type { FamilyGuess, GuessFacts } from './family.ts';
import type { OnnxValue } from './model.ts';

type Rule = (facts: GuessFacts) => readonly FamilyGuess[];

const STRIDES = [8, 16, 32];
/** COCO's: the class count of most published detectors. */
const COCO = 80;
/** Width and height of YOLOv5's anchors for COCO at strides 8, 16 and 32. */
const ANCHORS = [
  [10, 13, 16, 30, 33, 23],
  [30, 61, 62, 45, 59, 119],
  [116, 90, 156, 198, 373, 326],
];
/** Values of YOLOv8's distributions over a distance. */
const DFL_BINS = 16;
/** Coefficients of a mask in Ultralytics' segmentation models. */
const MASK_COEFFICIENTS = 32;

/** Every family's shapes. A rule that finds more than one reading gives them all. */
export const FAMILY_RULES: readonly Rule[] = [
  autoencoder,
  anomaly,
  segment,
  endToEnd,
  yolo,
  nanodet,
  headsByStride,
  fastestDet,
  readyMade,
  detr,
  ssd,
  classification,
];

const numeric = (value: OnnxValue): readonly number[] =>
  value.shape.map((size) => (typeof size === 'number' ? size : -1));

/** The only output of this rank whose batch is 1 or open; others may stand beside it. */
function ofRank(facts: GuessFacts, rank: number): readonly OnnxValue[] {
  return facts.outputs.filter(({ shape }) => shape.length === rank);
}

function cells({ width, height }: GuessFacts, strides: readonly number[]): number {
  return strides.reduce((sum, stride) => sum + Math.ceil(width / stride) * Math.ceil(height / stride), 0);
}

/** Class counts to be expected, most certain first. */
function fitsClasses(facts: GuessFacts, classes: number): boolean {
  return classes === (facts.labels ?? facts.hints.names?.length ?? COCO);
}

const shown = ({ name, shape }: OnnxValue): string => `${name} [${shape.join(', ')}]`;

function yolo(facts: GuessFacts): readonly FamilyGuess[] {
  const [output, ...more] = ofRank(facts, 3);
  const beside = facts.outputs.length > 1 && ofRank(facts, 4).length + ofRank(facts, 5).length === 0;
  if (output === undefined || more.length > 0 || beside) return [];
  const [, first = -1, second = -1] = numeric(output);
  if (first < 5 || second < 5) return [];
  const grids = [STRIDES, [16, 32], [8, 16, 32, 64]].map((strides) => cells(facts, strides));
  return [
    ...grids.flatMap((cellCount) => tableGuesses(facts, output, cellCount)),
    ...looseTable(facts, output, grids, first, second),
  ];
}

/** Readings of one table of boxes on a grid of so many cells. */
function tableGuesses(facts: GuessFacts, output: OnnxValue, count: number): readonly FamilyGuess[] {
  const [, first = -1, second = -1] = numeric(output);
  const common = { task: 'detect', outputs: [output.name] } as const;
  if (second === count && first !== count) {
    const reason = `${shown(output)}: 4 + ${first - 4} rows over one box per cell of the grid (${count}), no objectness`;
    return [{ ...common, family: 'yolov8', layout: 'attributes_first', classes: first - 4, reason, confidence: 2 }];
  }
  if (first === 3 * count) {
    const reason = `${shown(output)}: three boxes per cell of the grid (3 x ${count}), with objectness`;
    return [{ ...common, family: 'yolov5', layout: 'anchors_first', classes: second - 5, reason, confidence: 2 }];
  }
  if (first !== count) return [];
  const both = `${shown(output)}: one box per cell of the grid (${count}), each box a row`;
  const plain = fitsClasses(facts, second - 4);
  const gfl = second - 4 * 8;
  const guesses: FamilyGuess[] = [
    {
      ...common,
      family: 'yolox',
      layout: 'anchors_first',
      classes: second - 5,
      reason: `${both}; 5 + ${second - 5} columns`,
      confidence: plain ? 1 : 2,
    },
    {
      ...common,
      family: 'yolov8',
      layout: 'anchors_first',
      classes: second - 4,
      reason: `${both}; 4 + ${second - 4} columns`,
      confidence: plain ? 2 : 1,
    },
  ];
  if (!fitsClasses(facts, gfl)) return guesses;
  const reason = `${both}; ${gfl} scores and four distributions of 8 bins`;
  const strides = count === cells(facts, [8, 16, 32, 64]) ? [8, 16, 32, 64] : STRIDES;
  return [
    { ...common, family: 'nanodet', classes: gfl, reason, options: { strides, regMax: 7 }, confidence: 2 },
    ...guesses,
  ];
}

/** A table that no grid explains: few boxes are queries of a transformer, many are unknown strides. */
function looseTable(
  facts: GuessFacts,
  output: OnnxValue,
  grids: readonly number[],
  first: number,
  second: number,
): readonly FamilyGuess[] {
  if (grids.some((count) => first === count || second === count || first === 3 * count)) return [];
  const common = { task: 'detect', outputs: [output.name] } as const;
  if (first <= 1_000 && fitsClasses(facts, second - 4)) {
    const reason = `${shown(output)}: 4 + ${second - 4} columns for each of ${first} queries`;
    return [
      {
        ...common,
        family: 'detr',
        classes: second - 4,
        options: { boxes: 'normalised' },
        reason,
        confidence: 2,
      },
    ];
  }
  const wide = first < second;
  const attributes = wide ? first : second;
  const reason = `${shown(output)}: ${attributes} attributes for each of ${wide ? second : first} boxes; the number of boxes fits no grid that is known`;
  const [four, five] = [fitsClasses(facts, attributes - 4), fitsClasses(facts, attributes - 5)];
  const layout = wide ? 'attributes_first' : 'anchors_first';
  return [
    { ...common, family: 'yolov8', layout, classes: attributes - 4, reason, confidence: four ? 2 : 1 },
    ...(five || !wide
      ? [
          {
            ...common,
            family: 'yolov5',
            layout: 'anchors_first',
            classes: attributes - 5,
            reason,
            confidence: five ? 2 : 1,
          } as const,
        ]
      : []),
  ];
}

function endToEnd(facts: GuessFacts): readonly FamilyGuess[] {
  const [output, ...more] = ofRank(facts, 3);
  if (output === undefined || more.length > 0 || facts.outputs.length > 1) return [];
  const [, boxes = -1, columns] = numeric(output);
  if (columns !== 6 || boxes > 2_000) return [];
  const reason = `${shown(output)}: x1, y1, x2, y2, score, class of ${boxes} boxes at most, repetitions removed in the graph`;
  const onGrid = [STRIDES, [16, 32], [8, 16, 32, 64]].some((strides) =>
    [1, 3].some((n) => n * cells(facts, strides) === boxes),
  );
  const sure = facts.hints.endToEnd === true || !onGrid;
  return [{ family: 'yolo-end2end', task: 'detect', outputs: [output.name], reason, confidence: sure ? 3 : 1 }];
}

function segment(facts: GuessFacts): readonly FamilyGuess[] {
  const [boxes, ...more] = ofRank(facts, 3);
  const [masks, ...others] = ofRank(facts, 4);
  if (boxes === undefined || masks === undefined || more.length + others.length > 0) return [];
  const [, rows = -1, anchors = -1] = numeric(boxes);
  const [, coefficients = -1] = numeric(masks);
  const classes = rows - 4 - coefficients;
  if (coefficients !== MASK_COEFFICIENTS || rows >= anchors || classes < 1) return [];
  const reason = `${shown(boxes)} and ${shown(masks)}: 4 + ${classes} rows and ${coefficients} coefficients of ${coefficients} masks`;
  const outputs = [boxes.name, masks.name];
  return [
    { family: 'yolov8-seg', task: 'segment', layout: 'attributes_first', outputs, classes, reason, confidence: 3 },
  ];
}

/** Scores and box distributions apart, one pair per stride. */
function nanodet(facts: GuessFacts): readonly FamilyGuess[] {
  const heads = ofRank(facts, 3).map((value) => ({ value, counts: numeric(value) }));
  const byCount = new Map<number, typeof heads>();
  for (const head of heads) {
    const count = head.counts[1] ?? -1;
    byCount.set(count, [...(byCount.get(count) ?? []), head]);
  }
  const pairs = [...byCount].sort(([a], [b]) => b - a).map(([count, pair]) => ({ count, pair }));
  if (pairs.length < 2 || pairs.some(({ pair }) => pair.length !== 2)) return [];
  const split = pairs.map(({ count, pair }) => {
    const distances = pair.find(({ value, counts }) => /dis|reg|box/i.test(value.name) && (counts[2] ?? 0) % 4 === 0);
    const scores = pair.find((head) => head !== distances);
    return { stride: Math.round(Math.sqrt((facts.width * facts.height) / count)), distances, scores };
  });
  const [first] = split;
  const bins = (first?.distances?.counts[2] ?? 0) / 4;
  const classes = first?.scores?.counts[2] ?? 0;
  if (bins < 2 || classes < 1 || split.some(({ distances, scores }) => distances === undefined || scores === undefined))
    return [];
  const outputs = [...split.map(({ scores }) => scores), ...split.map(({ distances }) => distances)].flatMap(
    (head) => head?.value.name ?? [],
  );
  const strides = split.map(({ stride }) => stride);
  const sigmoid = facts.makers(outputs[0] ?? '').has('Sigmoid') ? 'inside' : 'outside';
  const reason = `${split.length} pairs of ${classes} scores and four distributions of ${bins} bins, at strides ${strides.join(', ')}`;
  return [
    {
      family: 'nanodet',
      task: 'detect',
      outputs,
      classes,
      options: { strides, regMax: bins - 1, sigmoid },
      reason,
      confidence: 2,
    },
  ];
}

/** Class, objectness and box apart at each stride (names end with it), or one raw tensor per stride. */
function headsByStride(facts: GuessFacts): readonly FamilyGuess[] {
  const named = facts.outputs.map((value) => ({
    value,
    stride: Number(/(\d+)$/.exec(value.name)?.[1]),
    kind: value.name.replace(/\W?_?\d+$/, ''),
  }));
  const strides = [...new Set(named.map(({ stride }) => stride))].sort((a, b) => a - b);
  const has = (kind: RegExp): readonly string[] =>
    strides.flatMap((stride) => named.find((head) => head.stride === stride && kind.test(head.kind))?.value.name ?? []);
  const [scores, objectness, boxes] = [has(/^(cls|class|conf|score)/i), has(/^obj/i), has(/^(bbox|box|reg|loc)/i)];
  const each = strides.length;
  if (
    each >= 2 &&
    strides.every((stride) => stride >= 4) &&
    scores.length === each &&
    boxes.length === each &&
    objectness.length === each
  ) {
    const head = facts.outputs.find(({ name }) => name === scores[0]);
    const classes = head === undefined ? -1 : (numeric(head).at(-1) ?? -1);
    const sigmoid = facts.makers(scores[0] ?? '').has('Sigmoid') ? 'inside' : 'outside';
    const reason = `outputs named for class, objectness and box at strides ${strides.join(', ')}`;
    const landmarks = has(/^(kps|kpt|landm)/i);
    const outputs = [...scores, ...objectness, ...boxes, ...(landmarks.length === each ? landmarks : [])];
    return [
      { family: 'yolo-raw', task: 'detect', outputs, classes, options: { strides, sigmoid }, reason, confidence: 2 },
    ];
  }
  return [...distanceHeads(facts), ...rawHeads(facts)];
}

/** YOLOv8's heads before decoding: distances and classes of each stride, in one tensor or in two. */
function distanceHeads(facts: GuessFacts): readonly FamilyGuess[] {
  const maps = ofRank(facts, 4).map((value) => {
    const [, channels = -1, rows = -1] = numeric(value);
    return { value, channels, stride: facts.height / rows };
  });
  if (maps.length < 2 || maps.length !== facts.outputs.length) return [];
  if (maps.some(({ stride }) => !Number.isInteger(stride) || stride < 4)) return [];
  const strides = [...new Set(maps.map(({ stride }) => stride))].sort((a, b) => a - b);
  const at = (distances: boolean) => (stride: number) =>
    maps.find((map) => map.stride === stride && (map.channels === 4 * DFL_BINS) === distances);
  const apart = maps.length === 2 * strides.length;
  const sides = strides.map(at(true));
  const scores = strides.map(at(false));
  if (scores.some((head) => head === undefined) || (apart && sides.some((head) => head === undefined))) return [];
  if (!apart && maps.length !== strides.length) return [];
  const classes = (scores[0]?.channels ?? -1) - (apart ? 0 : 4 * DFL_BINS);
  if (classes < 1) return [];
  const outputs = [...(apart ? sides : []), ...scores].flatMap((head) => head?.value.name ?? []);
  const sigmoid = facts.makers(scores[0]?.value.name ?? '').has('Sigmoid') ? 'inside' : 'outside';
  const reason = `distances of ${DFL_BINS} bins and ${classes} classes for each stride ${strides.join(', ')}`;
  const options = { strides, regMax: DFL_BINS - 1, sigmoid } as const;
  const confidence = apart || fitsClasses(facts, classes) ? 2 : 1;
  return [{ family: 'yolo-raw', task: 'detect', outputs, classes, options, reason, confidence }];
}

/** One tensor of anchors x (5 + classes) channels per stride, as YOLOv3 to v7 have before their decoding. */
function rawHeads(facts: GuessFacts): readonly FamilyGuess[] {
  const heads = facts.outputs.filter(({ shape }) => shape.length === 4 || shape.length === 5);
  if (heads.length < 2 || heads.length !== facts.outputs.length) return [];
  const read = heads.map((value) => {
    const shape = numeric(value);
    const five = shape.length === 5;
    const rows = five ? (shape[2] ?? -1) : (shape[2] ?? -1);
    const attributes = five ? (shape[4] ?? -1) : (shape[1] ?? -1) / 3;
    return { value, stride: facts.height / rows, attributes };
  });
  const attributes = read[0]?.attributes ?? -1;
  if (!Number.isInteger(attributes) || attributes < 6) return [];
  if (read.some((head) => head.attributes !== attributes || !Number.isInteger(head.stride))) return [];
  const ordered = read.sort((a, b) => a.stride - b.stride);
  const strides = ordered.map(({ stride }) => stride);
  const reason = `one tensor of 3 x (5 + ${attributes - 5}) channels for each stride ${strides.join(', ')}`;
  const outputs = ordered.map(({ value }) => value.name);
  return [
    {
      family: 'yolo-raw',
      task: 'detect',
      outputs,
      classes: attributes - 5,
      options: { strides, sigmoid: 'outside', ...(strides.join() === '8,16,32' ? { anchors: ANCHORS } : {}) },
      reason,
      confidence: 1,
    },
  ];
}

function fastestDet(facts: GuessFacts): readonly FamilyGuess[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0 || output.shape.length !== 4) return [];
  const [, channels = -1, rows = -1, columns = -1] = numeric(output);
  const stride = facts.height / rows;
  if (channels < 6 || !Number.isInteger(stride) || stride < 8 || facts.width / columns !== stride) return [];
  const reason = `${shown(output)}: objectness, box and ${channels - 5} classes for each cell of ${stride} pixels`;
  return [
    {
      family: 'fastestdet',
      task: 'detect',
      outputs: [output.name],
      classes: channels - 5,
      options: { strides: [stride] },
      reason,
      confidence: 2,
    },
  ];
}

/** Labels, boxes and scores ready made, of a graph with its post-processing inside. */
function readyMade(facts: GuessFacts): readonly FamilyGuess[] {
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
function detr(facts: GuessFacts): readonly FamilyGuess[] {
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
function ssd(facts: GuessFacts): readonly FamilyGuess[] {
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

function classification(facts: GuessFacts): readonly FamilyGuess[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0) return [];
  const shape = numeric(output);
  const flat = shape.length === 2 || (shape.length === 4 && shape[2] === 1 && shape[3] === 1);
  const classes = shape[1] ?? -1;
  if (!flat || classes < 2 || !output.type.startsWith('float')) return [];
  const softmax = facts.makers(output.name).has('Softmax') ? 'inside' : 'outside';
  const reason = `${shown(output)}: one score per class for the whole picture`;
  return [
    {
      family: 'classify',
      task: 'classify',
      outputs: [output.name],
      classes,
      options: { softmax },
      reason,
      confidence: 3,
    },
  ];
}

function anomaly(facts: GuessFacts): readonly FamilyGuess[] {
  const named = facts.outputs.find(({ name }) => /anomaly_map|heatmap|anomap/i.test(name));
  const single = facts.outputs.length === 1 ? facts.outputs[0] : undefined;
  const map = named ?? (single !== undefined && isMap(facts, single) ? single : undefined);
  const score = facts.outputs.find(
    ({ name, type, shape }) => type.startsWith('float') && /score/i.test(name) && shape.length <= 2,
  );
  if (map === undefined && (score === undefined || !/pred_score|anomaly/i.test(score.name))) return [];
  const outputs = [score, map].flatMap((value) => value?.name ?? []);
  const reason = `${[map, score].flatMap((value) => (value === undefined ? [] : shown(value))).join(' and ')}: how unusual the picture is`;
  const options = map === undefined ? {} : { options: { mapOutput: map.name } };
  return [
    {
      family: 'anomaly',
      task: 'anomaly',
      outputs,
      ...options,
      reason,
      confidence: named === undefined && score === undefined ? 2 : 3,
    },
  ];
}

/** One plane as large as the input or a whole part of it. */
function isMap({ width, height, channels }: GuessFacts, value: OnnxValue): boolean {
  const shape = numeric(value);
  const [rows = -1, columns = -1] = shape.slice(-2);
  const plane = shape.length === 3 || (shape.length === 4 && shape[1] === 1 && channels === 3);
  return plane && rows > 8 && columns > 8 && Math.abs(width / columns - height / rows) < 0.01;
}

/** The picture again: what it could not draw is unusual. */
function autoencoder(facts: GuessFacts): readonly FamilyGuess[] {
  const [output, ...more] = facts.outputs;
  if (output === undefined || more.length > 0) return [];
  const shape = numeric(output);
  const { width, height, channels } = facts;
  const same = [`1,${channels},${height},${width}`, `1,${height},${width},${channels}`].includes(shape.join(','));
  if (!same) return [];
  const reason = `${shown(output)}: a picture of the input's size, drawn again`;
  return [{ family: 'autoencoder', task: 'anomaly', outputs: [output.name], reason, confidence: 3 }];
}
