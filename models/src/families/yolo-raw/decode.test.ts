import { describe, expect, it } from 'vitest';
import type { OutputOptions } from '../../form/index.ts';
import {
  badness,
  type BoxFamilyUnderTest,
  centred,
  cornersOf,
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

const STRIDES = [8, 16, 32];
const CELLS = plainCells(STRIDES);
const BINS = 16;
const EMPTY = -12;

interface Part {
  readonly kind: string;
  readonly attributes: number;
  /** Attributes of every cell of all heads. */
  readonly cells: readonly (readonly number[])[];
}

/** Outputs KIND_STRIDE, each [1, A, rows, columns] or [1, cells, A]. */
function heads(parts: readonly Part[], flat: boolean): Tensors {
  const all: [string, Tensors[string]][] = [];
  for (const { kind, attributes, cells } of parts) {
    let from = 0;
    for (const stride of STRIDES) {
      const [columns, rows] = [SIZE.width / stride, SIZE.height / stride];
      const table = tableOf(cells.slice(from, from + columns * rows), attributes, !flat);
      all.push([`${kind}_${stride}`, flat ? table : { data: table.data, shape: [1, attributes, rows, columns] }]);
      from += columns * rows;
    }
  }
  return Object.fromEntries(all);
}

function cellsOf(tensors: Tensors, kind: string): number[][] {
  return STRIDES.flatMap((stride) => {
    const { data, shape } = tensors[`${kind}_${stride}`]!;
    const [, first = 0, rows = 0, columns = 0] = shape;
    return shape.length === 3 ? rowsOf({ data, shape }) : rowsOf({ data, shape: [1, first, rows * columns] }, true);
  });
}

function family(
  kinds: readonly string[],
  options: OutputOptions,
  rest: Pick<BoxFamilyUnderTest, 'encode' | 'random' | 'plain'>,
): BoxFamilyUnderTest {
  const names = kinds.flatMap((kind) => STRIDES.map((stride) => `${kind}_${stride}`));
  const output = { name: names[0]!, family: 'yolo-raw' as const, names, options };
  return {
    output,
    size: SIZE,
    suppresses: true,
    wrongLabels: 'model_labels',
    rounds: 3,
    ...rest,
  };
}

/** Index of the stride-8 cell in which a target has its middle. */
function cellOf(target: Target): number {
  const [cx, cy] = centred(target);
  return Math.floor(cy / 8) * 80 + Math.floor(cx / 8);
}

function bins(distance: number): number[] {
  const low = Math.min(BINS - 2, Math.floor(distance));
  const weights = { [low]: 1 - (distance - low), [low + 1]: distance - low };
  return Array.from({ length: BINS }, (_, bin) => Math.max(-60, Math.log(weights[bin] ?? 0)));
}

function mean(logits: readonly number[]): number {
  const weights = logits.map(Math.exp);
  const sum = weights.reduce((all, weight) => all + weight, 0);
  return weights.reduce((all, weight, bin) => all + (weight / sum) * bin, 0);
}

function distances(targets: readonly Target[], classes: number): readonly [sides: number[][], scores: number[][]] {
  const sides = CELLS.map(() => Array<number>(4 * BINS).fill(0));
  const scores = CELLS.map(() => scoresOf(classes, -1, 0, EMPTY));
  for (const target of targets) {
    const cell = cellOf(target);
    const [x, y] = [((cell % 80) + 0.5) * 8, (Math.floor(cell / 80) + 0.5) * 8];
    const { box } = target;
    sides[cell] = [x - box[0], y - box[1], box[2] - x, box[3] - y].flatMap((distance) => bins(distance / 8));
    scores[cell] = scoresOf(classes, target.classId, plainLogit(target.score), EMPTY);
  }
  return [sides, scores];
}

function randomDistances(random: () => number, classes: number): readonly [sides: number[][], scores: number[][]] {
  const sides = CELLS.map(() => Array.from({ length: 4 * BINS }, () => random() * 6));
  return [sides, CELLS.map(() => Array.from({ length: classes }, () => 3 - 10 * random() ** 0.2))];
}

function plainDistances(sides: readonly number[][], scores: readonly number[][]): Target[] {
  return CELLS.map(({ x, y, stride }, n) => {
    const [left = 0, top = 0, right = 0, bottom = 0] = [0, 1, 2, 3].map(
      (side) => mean(sides[n]!.slice(side * BINS, (side + 1) * BINS)) * stride,
    );
    const [px, py] = [(x + 0.5) * stride, (y + 0.5) * stride];
    const [classId, best] = greatest(scores[n]!);
    return { box: [px - left, py - top, px + right, py + bottom], classId, score: plainSigmoid(best) };
  });
}

describe.each([false, true])("YOLOv8's heads in one, flat: %s", (flat) => {
  const all = ([sides, scores]: ReturnType<typeof distances>, classes: number): Tensors =>
    heads(
      [{ kind: 'h', attributes: 4 * BINS + classes, cells: sides.map((side, n) => [...side, ...scores[n]!]) }],
      flat,
    );
  itReadsBoxes(
    family(
      ['h'],
      {},
      {
        encode: (targets, classes) => all(distances(targets, classes), classes),
        random: (random, classes) => all(randomDistances(random, classes), classes),
        plain: (tensors) => {
          const cells = cellsOf(tensors, 'h');
          return plainDistances(
            cells.map((cell) => cell.slice(0, 4 * BINS)),
            cells.map((cell) => cell.slice(4 * BINS)),
          );
        },
      },
    ),
  );
});

describe("YOLOv8's heads in two", () => {
  const all = ([sides, scores]: ReturnType<typeof distances>, classes: number): Tensors =>
    heads(
      [
        { kind: 'box', attributes: 4 * BINS, cells: sides },
        { kind: 'cls', attributes: classes, cells: scores },
      ],
      false,
    );
  itReadsBoxes(
    family(
      ['box', 'cls'],
      { regMax: 15 },
      {
        encode: (targets, classes) => all(distances(targets, classes), classes),
        random: (random, classes) => all(randomDistances(random, classes), classes),
        plain: (tensors) => plainDistances(cellsOf(tensors, 'box'), cellsOf(tensors, 'cls')),
      },
    ),
  );
});

/** Classes, objectness and boxes of every cell. */
type Objects = readonly [classes: number[][], objects: number[][], boxes: number[][]];

describe.each([
  ['YOLOX', ['cls', 'obj', 'box'], false],
  ['YuNet', ['cls', 'obj', 'box', 'kps'], true],
] as const)("%s's heads", (name, kinds, flat) => {
  const root = name === 'YuNet';
  const all = ([classes, objects, boxes]: Objects, count: number): Tensors => {
    const parts = [
      { kind: 'cls', attributes: count, cells: classes },
      { kind: 'obj', attributes: 1, cells: objects },
      { kind: 'box', attributes: 4, cells: boxes },
      { kind: 'kps', attributes: 10, cells: CELLS.map(() => Array<number>(10).fill(0)) },
    ];
    return heads(parts.slice(0, kinds.length), flat);
  };
  const under = family(
    kinds,
    {},
    {
      encode: (targets, count) => {
        const classes = CELLS.map(() => scoresOf(count, -1, 0));
        const objects = CELLS.map(() => [0]);
        const boxes = CELLS.map(() => [0, 0, 0, 0]);
        for (const target of targets) {
          const cell = cellOf(target);
          const [cx, cy, w, h] = centred(target);
          classes[cell] = scoresOf(count, target.classId, root ? target.score : 1);
          objects[cell] = [target.score];
          boxes[cell] = [(cx / 8) % 1, (cy / 8) % 1, Math.log(w / 8), Math.log(h / 8)];
        }
        return all([classes, objects, boxes], count);
      },
      random: (random, count) =>
        all(
          [
            CELLS.map(() => Array.from({ length: count }, random)),
            CELLS.map(() => [random() ** 12]),
            CELLS.map(() => [random(), random(), random() * 3, random() * 3]),
          ],
          count,
        ),
      plain: (tensors) => {
        const [classes, objects, boxes] = ['cls', 'obj', 'box'].map((kind) => cellsOf(tensors, kind));
        return CELLS.map(({ x, y, stride }, n) => {
          const [classId, best] = greatest(classes![n]!);
          const [tx = 0, ty = 0, tw = 0, th = 0] = boxes![n]!;
          const product = objects![n]![0]! * best;
          const box = cornersOf((x + tx) * stride, (y + ty) * stride, Math.exp(tw) * stride, Math.exp(th) * stride);
          return { box, classId, score: root ? Math.sqrt(product) : product };
        });
      },
    },
  );
  itReadsBoxes(under);
});

const ANCHORS = [
  [10, 13, 16, 30, 33, 23],
  [30, 61, 62, 45, 59, 119],
  [116, 90, 156, 198, 373, 326],
];

describe("YOLOv5's heads with anchors", () => {
  /** Rows: head, anchor, cell; attributes: tx, ty, tw, th, objectness, classes. */
  const places = STRIDES.flatMap((stride, head) => {
    const columns = SIZE.width / stride;
    return [0, 1, 2].flatMap((anchor) =>
      Array.from({ length: (columns * SIZE.height) / stride }, (_, cell) => {
        const size = ANCHORS[head]!.slice(2 * anchor, 2 * anchor + 2);
        return { x: cell % columns, y: Math.floor(cell / columns), stride, size };
      }),
    );
  });
  const all = (places: readonly (readonly number[])[], attributes: number): Tensors => {
    let from = 0;
    return Object.fromEntries(
      STRIDES.map((stride) => {
        const [columns, rows] = [SIZE.width / stride, SIZE.height / stride];
        const cells = columns * rows;
        const data = new Float32Array(3 * attributes * cells);
        for (let anchor = 0; anchor < 3; anchor++) {
          const table = tableOf(places.slice(from, from + cells), attributes, true);
          data.set(table.data as Float32Array, anchor * attributes * cells);
          from += cells;
        }
        return [`h_${stride}`, { data, shape: [1, 3 * attributes, rows, columns] }];
      }),
    );
  };
  const under = family(
    ['h'],
    { anchors: ANCHORS },
    {
      encode: (targets, classes) => {
        const rows = places.map(() => [0, 0, 0, 0, ...Array<number>(1 + classes).fill(EMPTY)]);
        for (const target of targets) {
          const [cx, cy, w, h] = centred(target);
          // 33 x 23 reaches from 0 to four times that.
          const size = (of: number, anchor: number): number => plainLogit(Math.sqrt(of / anchor) / 2);
          const middle = (at: number): number => plainLogit((((at / 8) % 1) + 0.5) / 2);
          const scores = scoresOf(classes, target.classId, 30, EMPTY);
          const box = [middle(cx), middle(cy), size(w, 33), size(h, 30)];
          rows[2 * 5120 + cellOf(target)] = [
            box[0]!,
            box[1]!,
            size(w, 33),
            size(h, 23),
            plainLogit(target.score),
            ...scores,
          ];
          if (h >= 92) rows[2 * 5120 + cellOf(target)]![3] = size(91.99, 23);
        }
        return all(rows, 5 + classes);
      },
      random: (random, classes) => {
        const value = (): number => random() * 6 - 3;
        const rows = places.map(() => [
          value(),
          value(),
          value(),
          value(),
          3 - 12 * random() ** 0.1,
          ...Array.from({ length: classes }, value),
        ]);
        return all(rows, 5 + classes);
      },
      plain: (tensors, classes) => {
        const rows = STRIDES.flatMap((stride) => {
          const { data } = tensors[`h_${stride}`]!;
          const cells = (SIZE.width * SIZE.height) / stride ** 2;
          const attributes = 5 + classes;
          return [0, 1, 2].flatMap((anchor) => {
            const part = data.slice(anchor * attributes * cells, (anchor + 1) * attributes * cells);
            return rowsOf({ data: part, shape: [1, attributes, cells] }, true);
          });
        });
        return rows.map((row, n) => {
          const { x, y, stride, size } = places[n]!;
          const [sx = 0, sy = 0, sw = 0, sh = 0, object = 0, ...scores] = row.map(plainSigmoid);
          const [classId, best] = greatest(scores);
          const [cx, cy] = [(x + 2 * sx - 0.5) * stride, (y + 2 * sy - 0.5) * stride];
          const box = cornersOf(cx, cy, (2 * sw) ** 2 * size[0]!, (2 * sh) ** 2 * size[1]!);
          return { box, classId, score: object * best };
        });
      },
    },
  );
  itReadsBoxes(under);

  it('anchors are required for every stride', () => {
    const output = { ...under.output, options: { anchors: ANCHORS.slice(1) } };
    expect(badness(decodeAs({ ...under, output }, under.encode([], 3)))).toBe('model_shape');
  });
});

describe('raw heads in general', () => {
  it('a number of heads that fits no stride is refused', () => {
    const output = { name: 'a', family: 'yolo-raw' as const, names: ['a', 'b'] };
    const outputs = { a: tableOf([[1]], 1), b: tableOf([[1]], 1) };
    expect(badness(decodeAs({ output, size: SIZE }, outputs))).toBe('model_shape');
  });
});
