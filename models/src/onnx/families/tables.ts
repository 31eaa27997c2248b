import type { FamilyGuess, GuessFacts } from '../family.ts';
import type { OnnxValue } from '../model.ts';
import { cells, fitsClasses, numeric, ofRank, shown, STRIDES } from './shapes.ts';

/** Coefficients of a mask in Ultralytics' segmentation models. */
const MASK_COEFFICIENTS = 32;

export function yolo(facts: GuessFacts): readonly FamilyGuess[] {
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

export function endToEnd(facts: GuessFacts): readonly FamilyGuess[] {
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

export function segment(facts: GuessFacts): readonly FamilyGuess[] {
  const [boxes, ...more] = ofRank(facts, 3);
  const [masks, ...others] = ofRank(facts, 4);
  if (boxes === undefined || masks === undefined || more.length + others.length > 0) return [];
  const [, rows = -1, anchors = -1] = numeric(boxes);
  const [, coefficients = -1] = numeric(masks);
  const classes = rows - 4 - coefficients;
  if (coefficients === MASK_COEFFICIENTS && anchors === 6 + coefficients && rows <= 1_000) {
    const reason = `${shown(boxes)} and ${shown(masks)}: ${rows} boxes at most with ${coefficients} coefficients of as many masks, repetitions removed in the graph`;
    const common = { family: 'yolov8-seg', task: 'segment', layout: 'anchors_first' } as const;
    return [{ ...common, outputs: [boxes.name, masks.name], reason, confidence: 3 }];
  }
  if (coefficients !== MASK_COEFFICIENTS || rows >= anchors || classes < 1) return [];
  const reason = `${shown(boxes)} and ${shown(masks)}: 4 + ${classes} rows and ${coefficients} coefficients of ${coefficients} masks`;
  const outputs = [boxes.name, masks.name];
  return [
    { family: 'yolov8-seg', task: 'segment', layout: 'attributes_first', outputs, classes, reason, confidence: 3 },
  ];
}
