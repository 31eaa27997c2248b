import type { FamilyGuess, GuessFacts } from '../family.ts';
import { fitsClasses, numeric, ofRank, shown } from './shapes.ts';

/** Width and height of YOLOv5's anchors for COCO at strides 8, 16 and 32. */
const ANCHORS = [
  [10, 13, 16, 30, 33, 23],
  [30, 61, 62, 45, 59, 119],
  [116, 90, 156, 198, 373, 326],
];

/** Values of YOLOv8's distributions over a distance. */
const DFL_BINS = 16;

/** Scores and box distributions apart, one pair per stride. */
export function nanodet(facts: GuessFacts): readonly FamilyGuess[] {
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
export function headsByStride(facts: GuessFacts): readonly FamilyGuess[] {
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
      confidence: fitsClasses(facts, attributes - 5) ? 2 : 1,
    },
  ];
}

export function fastestDet(facts: GuessFacts): readonly FamilyGuess[] {
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
