import { describe, expect, it } from 'vitest';
import {
  badness,
  type BoxFamilyUnderTest,
  centred,
  cornersOf,
  decodeAs,
  found,
  greatest,
  itReadsBoxes,
  plainCells,
  rowsOf,
  scoresOf,
  SIZE,
  tableOf,
} from '../testing/box-family.ts';

const CELLS = plainCells([8, 16, 32]);

const FAMILY: BoxFamilyUnderTest = {
  output: { name: 'o', family: 'yolox' },
  size: SIZE,
  suppresses: true,
  wrongLabels: 'model_labels',
  encode: (targets, classes) => {
    const rows = CELLS.map(() => Array<number>(5 + classes).fill(0));
    for (const target of targets) {
      const [cx, cy, w, h] = centred(target);
      const cell = Math.floor(cy / 8) * 80 + Math.floor(cx / 8);
      const box = [(cx / 8) % 1, (cy / 8) % 1, Math.log(w / 8), Math.log(h / 8)];
      rows[cell] = [...box, target.score, ...scoresOf(classes, target.classId, 1)];
    }
    return { o: tableOf(rows, 5 + classes) };
  },
  random: (random, classes) => {
    const rows = CELLS.map(() => {
      const box = [random() * 2 - 0.5, random() * 2 - 0.5, random() * 3, random() * 3];
      return [...box, random() ** 12, ...Array.from({ length: classes }, random)];
    });
    return { o: tableOf(rows, 5 + classes) };
  },
  plain: (tensors) =>
    rowsOf(tensors['o']!).map(([tx = 0, ty = 0, tw = 0, th = 0, object = 0, ...scores], n) => {
      const { x, y, stride } = CELLS[n]!;
      const [classId, best] = greatest(scores);
      const box = cornersOf((x + tx) * stride, (y + ty) * stride, Math.exp(tw) * stride, Math.exp(th) * stride);
      return { box, classId, score: object * best };
    }),
};

describe("YOLOX's grid", () => {
  itReadsBoxes(FAMILY);

  it('boxes that the graph has moved to pixels are decoded', () => {
    const output = { ...FAMILY.output, options: { gridDecoded: true } };
    const answer = decodeAs({ ...FAMILY, output }, { o: tableOf([[300, 300, 40, 20, 1, 0, 0.9, 0]], 8) });
    expect(found(answer).map(({ box }) => box)).toEqual([[560, 428, 640, 468]]);
  });

  it('a table for other strides is refused', () => {
    const output = { ...FAMILY.output, options: { strides: [8, 16, 32, 64] } };
    expect(badness(decodeAs({ ...FAMILY, output }, FAMILY.encode([], 3)))).toBe('model_shape');
  });

  it('a box whose size overflows is rejected', () => {
    const rows = CELLS.map((_, n) => (n === 7 ? [0, 0, 800, 1, 0.9, 0.9, 0, 0] : Array<number>(8).fill(0)));
    expect(badness(decodeAs(FAMILY, { o: tableOf(rows, 8) }))).toBe('values');
  });
});
