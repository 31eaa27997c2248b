import { describe } from 'vitest';
import {
  centred,
  cornersOf,
  greatest,
  itReadsBoxes,
  plainLogit,
  plainSigmoid,
  rowsOf,
  scoresOf,
  tableOf,
  type Tensors,
} from '../../../../tests/support/box-family.ts';

const SIZE = 640;
const SIDE = 40;

/** [1, A, cells] as [1, A, rows, columns]. */
function mapOf(rows: readonly (readonly number[])[], attributes: number): Tensors {
  return { o: { data: tableOf(rows, attributes, true).data, shape: [1, attributes, SIDE, SIDE] } };
}

describe("FastestDet's map", () => {
  itReadsBoxes({
    output: { name: 'o', family: 'fastestdet' },
    size: { width: SIZE, height: SIZE },
    suppresses: true,
    wrongLabels: 'model_labels',
    encode: (wishes, classes) => {
      const rows = Array.from({ length: SIDE * SIDE }, () => Array<number>(5 + classes).fill(0));
      for (const wish of wishes) {
        const [cx, cy, w, h] = centred(wish).map((value) => (value / SIZE) * SIDE) as [number, number, number, number];
        const [x, y] = [Math.floor(cx), Math.floor(cy)];
        const box = [Math.atanh(cx - x), Math.atanh(cy - y), plainLogit(w / SIDE), plainLogit(h / SIDE)];
        rows[y * SIDE + x] = [wish.score, ...box, ...scoresOf(classes, wish.classId, 1)];
      }
      return mapOf(rows, 5 + classes);
    },
    random: (random, classes) => {
      const rows = Array.from({ length: SIDE * SIDE }, () => {
        const box = [random() * 4 - 2, random() * 4 - 2, random() * 4 - 4, random() * 4 - 4];
        return [random() ** 4, ...box, ...Array.from({ length: classes }, random)];
      });
      return mapOf(rows, 5 + classes);
    },
    plain: (tensors, classes) =>
      rowsOf({ data: tensors['o']!.data, shape: [1, 5 + classes, SIDE * SIDE] }, true).map((row, n) => {
        const [object = 0, tx = 0, ty = 0, tw = 0, th = 0, ...scores] = row;
        const [classId, best] = greatest(scores);
        const cx = (((n % SIDE) + Math.tanh(tx)) / SIDE) * SIZE;
        const cy = ((Math.floor(n / SIDE) + Math.tanh(ty)) / SIDE) * SIZE;
        return {
          box: cornersOf(cx, cy, plainSigmoid(tw) * SIZE, plainSigmoid(th) * SIZE),
          classId,
          score: object * best,
        };
      }),
  });
});
