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
  SIZE,
  tableOf,
  type Tensors,
} from '../testing/box-family.ts';

const [COLUMNS, ROWS] = [40, 32];
const CELLS = COLUMNS * ROWS;

/** [1, A, cells] as [1, A, rows, columns]. */
function mapOf(rows: readonly (readonly number[])[], attributes: number): Tensors {
  return { o: { data: tableOf(rows, attributes, true).data, shape: [1, attributes, ROWS, COLUMNS] } };
}

describe("FastestDet's map", () => {
  itReadsBoxes({
    output: { name: 'o', family: 'fastestdet' },
    size: SIZE,
    suppresses: true,
    wrongLabels: 'model_labels',
    encode: (targets, classes) => {
      const rows = Array.from({ length: CELLS }, () => Array<number>(5 + classes).fill(0));
      for (const target of targets) {
        const [cx, cy, w, h] = centred(target).map((value) => value / 16) as [number, number, number, number];
        const [x, y] = [Math.floor(cx), Math.floor(cy)];
        const box = [Math.atanh(cx - x), Math.atanh(cy - y), plainLogit(w / COLUMNS), plainLogit(h / ROWS)];
        rows[y * COLUMNS + x] = [target.score, ...box, ...scoresOf(classes, target.classId, 1)];
      }
      return mapOf(rows, 5 + classes);
    },
    random: (random, classes) => {
      const rows = Array.from({ length: CELLS }, () => {
        const box = [random() * 4 - 2, random() * 4 - 2, random() * 4 - 4, random() * 4 - 4];
        return [random() ** 4, ...box, ...Array.from({ length: classes }, random)];
      });
      return mapOf(rows, 5 + classes);
    },
    plain: (tensors, classes) =>
      rowsOf({ data: tensors['o']!.data, shape: [1, 5 + classes, CELLS] }, true).map((row, n) => {
        const [object = 0, tx = 0, ty = 0, tw = 0, th = 0, ...scores] = row;
        const [classId, best] = greatest(scores);
        const cx = (((n % COLUMNS) + Math.tanh(tx)) / COLUMNS) * SIZE.width;
        const cy = ((Math.floor(n / COLUMNS) + Math.tanh(ty)) / ROWS) * SIZE.height;
        return {
          box: cornersOf(cx, cy, plainSigmoid(tw) * SIZE.width, plainSigmoid(th) * SIZE.height),
          classId,
          score: object * best,
        };
      }),
  });
});
