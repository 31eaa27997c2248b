import { describe, expect, it } from 'vitest';
import {
  centred,
  cornersOf,
  decodeAs,
  found,
  fractions,
  greatest,
  itReadsBoxes,
  rowsOf,
  scoresOf,
  SIZE,
  tableOf,
  type BoxFamilyUnderTest,
  type Tensors,
  type Target,
} from '../testing/box-family.ts';
import type { Mask } from '../../output/index.ts';
import { maskOf } from '../decoding/masks.ts';

const DEPTH = 4;
const [COLUMNS, ROWS] = [160, 128];
const CELLS = COLUMNS * ROWS;

/** Prototype 0 is 1 everywhere, so that coefficient 0 alone makes an outline as large as the box. */
const EVERYWHERE = Float32Array.from({ length: DEPTH * CELLS }, (_, n) => (n < CELLS ? 1 : 0));

function outputs(rows: readonly (readonly number[])[], classes: number, prototypes = EVERYWHERE): Tensors {
  const attributes = 4 + classes + DEPTH;
  return {
    o: tableOf([...rows, Array<number>(attributes).fill(0)], attributes, true),
    p: { data: prototypes, shape: [1, DEPTH, ROWS, COLUMNS] },
  };
}

const FAMILY: BoxFamilyUnderTest = {
  output: { name: 'o', family: 'yolov8-seg', names: ['o', 'p'] },
  size: SIZE,
  suppresses: true,
  wrongLabels: 'model_labels',
  encode: (targets, classes) =>
    outputs(
      targets.map((target) => [...centred(target), ...scoresOf(classes, target.classId, target.score), 1, 0, 0, 0]),
      classes,
    ),
  random: (random, classes) => {
    const rows = Array.from({ length: 300 }, () => {
      const box = [random() * 640, random() * 512, random() * 90, random() * 90];
      return [...box, ...Array.from({ length: classes }, random), ...Array.from({ length: DEPTH }, random)];
    });
    return outputs(rows, classes);
  },
  plain: ({ o }, classes) =>
    rowsOf(o!, true).map(([cx = 0, cy = 0, w = 0, h = 0, ...others]): Target => {
      const [classId, score] = greatest(others.slice(0, classes));
      return { box: cornersOf(cx, cy, w, h), classId, score };
    }),
};

/** Every pixel of a mask, row by row. */
function pixels({ runs }: Mask): boolean[] {
  return runs.flatMap((length, n) => Array<boolean>(length).fill(n % 2 === 1));
}

describe('boxes with masks', () => {
  itReadsBoxes(FAMILY);

  it('a mask fills its box where the sum is above 0 everywhere, and is empty where it is below', () => {
    const target: Target = { box: [600, 396, 640, 436], classId: 2, score: 0.9 };
    const [full] = found(decodeAs(FAMILY, FAMILY.encode([target], 3)));
    expect(full?.mask).toEqual({ x: 1200, y: 640, width: 80, height: 80, runs: [0, 6400] });
    const below = [...centred(target), ...scoresOf(3, 2, 0.9), -1, 0, 0, 0];
    expect(found(decodeAs(FAMILY, outputs([below], 3)))[0]?.mask?.runs).toEqual([6400]);
  });

  it('masks agree pixel for pixel with the plain reference', () => {
    const random = fractions(21);
    for (let round = 0; round < 6; round++) {
      const source = { width: 90 + Math.floor(random() * 500), height: 90 + Math.floor(random() * 500) };
      const prototypes = Float32Array.from({ length: DEPTH * CELLS }, () => random() * 2 - 1);
      const box = [random() * 640, random() * 512, 40 + random() * 300, 40 + random() * 300];
      const weights = Array.from({ length: DEPTH }, () => random() * 2 - 1);
      const tensors = outputs([[...box, ...scoresOf(3, 1, 0.9), ...weights]], 3, prototypes);
      const [detected] = found(decodeAs(FAMILY, tensors, { source }));
      if (detected?.mask === undefined) continue;
      const { mask } = detected;
      expect([mask.x, mask.y]).toEqual([Math.floor(detected.box[0]), Math.floor(detected.box[1])]);
      expect(pixels(mask)).toHaveLength(mask.width * mask.height);
      const kept = rowsOf(tensors['o']!, true)[0]!.slice(-DEPTH);
      const sum = (x: number, y: number): number =>
        kept.reduce((all, weight, m) => all + weight * prototypes[(m * ROWS + y) * COLUMNS + x]!, 0);
      const scale = Math.min(SIZE.width / source.width, SIZE.height / source.height);
      const inner = [Math.floor(source.width * scale + 0.5), Math.floor(source.height * scale + 0.5)] as const;
      const bars = [(SIZE.width - inner[0]) >> 1, (SIZE.height - inner[1]) >> 1] as const;
      const clip = (value: number, cells: number): number => Math.max(0, Math.min(cells - 1, value));
      let wrong = 0;
      for (const [n, inside] of pixels(mask).entries()) {
        const [x, y] = [mask.x + (n % mask.width), mask.y + Math.floor(n / mask.width)];
        const u = clip((((x + 0.5) * inner[0]) / source.width + bars[0]) / 4 - 0.5, COLUMNS);
        const v = clip((((y + 0.5) * inner[1]) / source.height + bars[1]) / 4 - 0.5, ROWS);
        const [i, j] = [Math.min(COLUMNS - 2, Math.floor(u)), Math.min(ROWS - 2, Math.floor(v))];
        const [s, t] = [u - i, v - j];
        const upper = sum(i, j) * (1 - s) + sum(i + 1, j) * s;
        const lower = sum(i, j + 1) * (1 - s) + sum(i + 1, j + 1) * s;
        const value = upper * (1 - t) + lower * t;
        if (Math.abs(value) > 1e-5 && value > 0 !== inside) wrong += 1;
      }
      expect(wrong).toBe(0);
    }
  });
});

describe('finished boxes with masks', () => {
  const under: BoxFamilyUnderTest = {
    ...FAMILY,
    output: { ...FAMILY.output, layout: 'anchors_first' },
    suppresses: false,
    wrongLabels: 'undetectable',
    encode: (targets) => {
      const rows = targets.map(({ box, score, classId }) => [...box, score, classId, 1, 0, 0, 0]);
      return { ...outputs([], 3), o: tableOf([...rows, Array<number>(10).fill(0)], 10) };
    },
    random: (random, classes) => {
      const rows = Array.from({ length: 300 }, () => {
        const [x, y] = [random() * 640, random() * 512];
        const box = [x, y, x + random() * 90, y + random() * 90, random(), Math.floor(random() * classes)];
        return [...box, ...Array.from({ length: DEPTH }, random)];
      });
      return { ...outputs([], classes), o: tableOf(rows, 10) };
    },
    plain: ({ o }) =>
      rowsOf(o!).map(([x1 = 0, y1 = 0, x2 = 0, y2 = 0, score = 0, classId = 0]): Target => {
        return { box: [x1, y1, x2, y2], classId, score };
      }),
  };
  itReadsBoxes(under);

  it('finished boxes have the masks that their coefficients give', () => {
    const target: Target = { box: [600, 396, 640, 436], classId: 2, score: 0.9 };
    const [full] = found(decodeAs(under, under.encode([target], 3)));
    expect(full?.mask).toEqual({ x: 1200, y: 640, width: 80, height: 80, runs: [0, 6400] });
  });

  it('finished boxes are distinguished from the cells of a grid by their number', () => {
    const rows = Array.from({ length: 2_000 }, (_, n) => [300, 300, 40, 40, n === 7 ? 0.9 : 0, 0, 1, 0, 0, 0]);
    const detected = found(decodeAs(under, { ...outputs([], 2), o: tableOf(rows, 10) }, { classes: 2 }));
    expect(detected.map(({ label, mask }) => [label, mask?.runs])).toEqual([['class0', [0, 6400]]]);
  });
});

describe('the run lengths of a mask', () => {
  const place = {
    fit: { left: 0, top: 0, width: 4, height: 2 },
    input: { width: 4, height: 2 },
    source: { width: 4, height: 2 },
  };

  it('run lengths begin outside the mask and continue over the ends of rows', () => {
    const values = Float32Array.of(1, 1, -1, 1, 1, -1, -1, -1);
    const mask = maskOf({ width: 4, height: 2, values }, [0, 0, 4, 2], place);
    expect(mask).toEqual({ x: 0, y: 0, width: 4, height: 2, runs: [0, 2, 1, 2, 3] });
  });

  it('a mask covers every pixel that the box touches', () => {
    const mask = maskOf({ width: 4, height: 2, values: new Float32Array(8).fill(1) }, [0.6, 0.2, 2.1, 0.9], place);
    expect(mask).toEqual({ x: 0, y: 0, width: 3, height: 1, runs: [0, 3] });
  });

  it('a mask is computed from a map of one cell', () => {
    const mask = maskOf({ width: 1, height: 1, values: Float32Array.of(1) }, [0, 0, 4, 2], place);
    expect(mask.runs).toEqual([0, 8]);
  });
});
