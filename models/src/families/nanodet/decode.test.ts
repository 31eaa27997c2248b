import { describe, expect, it } from 'vitest';
import {
  badness,
  type BoxFamilyUnderTest,
  decodeAs,
  greatest,
  itReadsBoxes,
  plainCells,
  plainLogit,
  plainSigmoid,
  rowsOf,
  scoresOf,
  SIZE,
  tableOf,
  type Tensors,
  type Target,
} from '../testing/box-family.ts';

const BINS = 8;
const STRIDES = [8, 16, 32];
const PLUS_STRIDES = [8, 16, 32, 64];

/** Logits of a distribution whose mean is `distance`. */
function bins(distance: number): number[] {
  const low = Math.min(BINS - 2, Math.floor(distance));
  const share = distance - low;
  return Array.from({ length: BINS }, (_, bin) => {
    const weight = bin === low ? 1 - share : bin === low + 1 ? share : 0;
    return Math.max(-60, Math.log(weight));
  });
}

function mean(logits: readonly number[]): number {
  const weights = logits.map(Math.exp);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.reduce((all, weight, bin) => all + (weight / sum) * bin, 0);
}

/** Per cell of all heads: scores and the four distributions. */
type Head = readonly { readonly scores: readonly number[]; readonly sides: readonly number[] }[];

function encodeCells(strides: readonly number[], offset: number, targets: readonly Target[], classes: number): Head {
  const cells = plainCells(strides).map(() => {
    return { scores: scoresOf(classes, -1, 0), sides: Array<number>(4 * BINS).fill(0) };
  });
  for (const { box, classId, score } of targets) {
    const [column, row] = [Math.floor((box[0] + box[2]) / 16), Math.floor((box[1] + box[3]) / 16)];
    const [x, y] = [(column + offset) * 8, (row + offset) * 8];
    const sides = [x - box[0], y - box[1], box[2] - x, box[3] - y].flatMap((distance) => bins(distance / 8));
    cells[row * 80 + column] = { scores: scoresOf(classes, classId, score), sides };
  }
  return cells;
}

function randomCells(strides: readonly number[], random: () => number, classes: number): Head {
  return plainCells(strides).map(() => ({
    scores: Array.from({ length: classes }, () => random() ** 14),
    sides: Array.from({ length: 4 * BINS }, () => random() * 8 - 4),
  }));
}

function plainBoxes(strides: readonly number[], offset: number, cells: Head): Target[] {
  const clip = (value: number, most: number): number => Math.max(0, Math.min(most, value));
  const [w, h] = [SIZE.width, SIZE.height];
  return plainCells(strides).map(({ x, y, stride }, n) => {
    const { scores, sides } = cells[n]!;
    const [left = 0, top = 0, right = 0, bottom = 0] = [0, 1, 2, 3].map(
      (side) => mean(sides.slice(side * BINS, (side + 1) * BINS)) * stride,
    );
    const [px, py] = [(x + offset) * stride, (y + offset) * stride];
    const [classId, score] = greatest(scores);
    return { box: [clip(px - left, w), clip(py - top, h), clip(px + right, w), clip(py + bottom, h)], classId, score };
  });
}

const COUNTS = STRIDES.map((stride) => (SIZE.width * SIZE.height) / stride ** 2);
const NAMES = [...STRIDES.map((s) => `cls_${s}`), ...STRIDES.map((s) => `dis_${s}`)];

function split(cells: Head, classes: number): Tensors {
  let from = 0;
  const all: [string, Tensors[string]][] = [];
  for (const [n, count] of COUNTS.entries()) {
    const part = cells.slice(from, from + count);
    from += count;
    all.push([
      `cls_${STRIDES[n]}`,
      tableOf(
        part.map(({ scores }) => scores),
        classes,
      ),
    ]);
    all.push([
      `dis_${STRIDES[n]}`,
      tableOf(
        part.map(({ sides }) => sides),
        4 * BINS,
      ),
    ]);
  }
  return Object.fromEntries(all);
}

function joined(tensors: Tensors): Head {
  const of = (kind: string): number[][] => STRIDES.flatMap((stride) => rowsOf(tensors[`${kind}_${stride}`]!));
  const sides = of('dis');
  return of('cls').map((scores, n) => ({ scores, sides: sides[n]! }));
}

const NANODET: BoxFamilyUnderTest = {
  output: { name: 'cls_8', family: 'nanodet', names: NAMES },
  size: SIZE,
  suppresses: true,
  rounds: 4,
  wrongLabels: 'model_labels',
  encode: (targets, classes) => split(encodeCells(STRIDES, 0.5, targets, classes), classes),
  random: (random, classes) => split(randomCells(STRIDES, random, classes), classes),
  plain: (tensors) => plainBoxes(STRIDES, 0.5, joined(tensors)),
};

const one = (cells: Head, classes: number): Tensors => ({
  o: tableOf(
    cells.map(({ scores, sides }) => [...scores, ...sides]),
    classes + 4 * BINS,
  ),
});

const PLUS: BoxFamilyUnderTest = {
  output: { name: 'o', family: 'nanodet' },
  size: SIZE,
  suppresses: true,
  rounds: 4,
  wrongLabels: 'model_labels',
  encode: (targets, classes) => one(encodeCells(PLUS_STRIDES, 0, targets, classes), classes),
  random: (random, classes) => one(randomCells(PLUS_STRIDES, random, classes), classes),
  plain: (tensors, classes) => {
    const cells = rowsOf(tensors['o']!).map((row) => ({ scores: row.slice(0, classes), sides: row.slice(classes) }));
    return plainBoxes(PLUS_STRIDES, 0, cells);
  },
};

describe("NanoDet's heads", () => {
  itReadsBoxes(NANODET);

  it('a manifest that names only some of the outputs is refused', () => {
    const output = { ...NANODET.output, names: NAMES.slice(0, 4) };
    expect(badness(decodeAs({ ...NANODET, output }, NANODET.encode([], 3)))).toBe('model_shape');
  });

  it('scores before the sigmoid are decoded when the manifest says so, and rejected otherwise', () => {
    const output = { ...NANODET.output, options: { sigmoid: 'outside' as const } };
    const target: Target = { box: [300, 300, 340, 340], classId: 1, score: 0.9 };
    const cells = encodeCells(STRIDES, 0.5, [target], 3).map(({ scores, sides }) => {
      return { scores: scores.map((score) => (score === 0 ? -9 : plainLogit(score))), sides };
    });
    const detected = decodeAs({ ...NANODET, output }, split(cells, 3));
    expect('bad' in detected ? [] : detected.detections.map(({ label }) => label)).toEqual(['class1']);
    expect('bad' in detected ? 0 : detected.detections[0]?.score).toBeCloseTo(plainSigmoid(plainLogit(0.9)), 6);
    expect(badness(decodeAs(NANODET, split(cells, 3)))).toBe('values');
  });
});

describe("NanoDet-Plus's table", () => {
  itReadsBoxes(PLUS);

  it('with the three strides of NanoDet 1.0 the points lie in the centre of the cells', () => {
    const output = { ...PLUS.output, options: { strides: STRIDES } };
    const target: Target = { box: [300, 300, 340, 330], classId: 1, score: 0.9 };
    const tensors = one(encodeCells(STRIDES, 0.5, [target], 3), 3);
    const detected = decodeAs({ ...PLUS, output }, tensors);
    const [box = []] = 'bad' in detected ? [] : detected.detections.map((detection) => detection.box);
    for (const [side, value] of [600, 448, 680, 508].entries()) expect(box[side]).toBeCloseTo(value, 1);
  });
});
