import type { Reading } from '../reading.ts';
import type { GraphFacts } from '../recognition/graph-facts.ts';
import { fitsClasses, ofRank, sigmoidOf, sizesOf } from '../recognition/shapes.ts';

/** Width and height of YOLOv5's anchors for COCO at strides 8, 16 and 32. */
const ANCHORS = [
  [10, 13, 16, 30, 33, 23],
  [30, 61, 62, 45, 59, 119],
  [116, 90, 156, 198, 373, 326],
];

/** Values of YOLOv8's distributions over a distance. */
const DFL_BINS = 16;

export function recognise(facts: GraphFacts): readonly Reading[] {
  const named = namedHeads(facts);
  return named.length > 0 ? named : [...distanceHeads(facts), ...anchorHeads(facts)];
}

/** Class, objectness and box apart at each stride; names end with the stride. */
function namedHeads(facts: GraphFacts): readonly Reading[] {
  const named = facts.outputs.map((output) => ({
    output,
    stride: Number(/(\d+)$/.exec(output.name)?.[1]),
    kind: output.name.replace(/\W?_?\d+$/, ''),
  }));
  const strides = [...new Set(named.map(({ stride }) => stride))].sort((a, b) => a - b);
  const of = (kind: RegExp): readonly string[] =>
    strides.flatMap(
      (stride) => named.find((head) => head.stride === stride && kind.test(head.kind))?.output.name ?? [],
    );
  const [scores, objectness, boxes] = [of(/^(cls|class|conf|score)/i), of(/^obj/i), of(/^(bbox|box|reg|loc)/i)];
  const each = strides.length;
  const complete = [scores, objectness, boxes].every((names) => names.length === each);
  if (each < 2 || !complete || !strides.every((stride) => stride >= 4)) return [];
  const head = facts.outputs.find(({ name }) => name === scores[0]);
  const classes = head === undefined ? -1 : (sizesOf(head).at(-1) ?? -1);
  const sigmoid = sigmoidOf(facts, scores[0] ?? '');
  const reason = `outputs named for class, objectness and box at strides ${strides.join(', ')}`;
  const landmarks = of(/^(kps|kpt|landm)/i);
  const outputs = [...scores, ...objectness, ...boxes, ...(landmarks.length === each ? landmarks : [])];
  return [{ outputs, classes, options: { strides, sigmoid }, reason, confidence: 2 }];
}

/** YOLOv8's heads before decoding: distances and classes of each stride, in one tensor or in two. */
function distanceHeads(facts: GraphFacts): readonly Reading[] {
  const maps = ofRank(facts, 4).map((output) => {
    const [, channels = -1, rows = -1] = sizesOf(output);
    return { output, channels, stride: facts.height / rows };
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
  const outputs = [...(apart ? sides : []), ...scores].flatMap((head) => head?.output.name ?? []);
  const sigmoid = sigmoidOf(facts, scores[0]?.output.name ?? '');
  const reason = `distances of ${DFL_BINS} bins and ${classes} classes for each stride ${strides.join(', ')}`;
  const options = { strides, regMax: DFL_BINS - 1, sigmoid };
  const confidence = apart || fitsClasses(facts, classes) ? 2 : 1;
  return [{ outputs, classes, options, reason, confidence }];
}

/** One tensor of anchors x (5 + classes) channels per stride, as YOLOv3 to v7 have before their decoding. */
function anchorHeads(facts: GraphFacts): readonly Reading[] {
  const heads = facts.outputs.filter(({ shape }) => shape.length === 4 || shape.length === 5);
  if (heads.length < 2 || heads.length !== facts.outputs.length) return [];
  const read = heads.map((output) => {
    const sizes = sizesOf(output);
    const attributes = sizes.length === 5 ? (sizes[4] ?? -1) : (sizes[1] ?? -1) / 3;
    return { output, stride: facts.height / (sizes[2] ?? -1), attributes };
  });
  const attributes = read[0]?.attributes ?? -1;
  if (!Number.isInteger(attributes) || attributes < 6) return [];
  if (read.some((head) => head.attributes !== attributes || !Number.isInteger(head.stride))) return [];
  const ordered = read.toSorted((a, b) => a.stride - b.stride);
  const strides = ordered.map(({ stride }) => stride);
  const classes = attributes - 5;
  const reason = `one tensor of 3 x (5 + ${classes}) channels for each stride ${strides.join(', ')}`;
  const anchors = strides.join() === '8,16,32' ? { anchors: ANCHORS } : {};
  return [
    {
      outputs: ordered.map(({ output }) => output.name),
      classes,
      options: { strides, sigmoid: 'outside', ...anchors },
      reason,
      confidence: fitsClasses(facts, classes) ? 2 : 1,
    },
  ];
}
