import { describe, expect, it } from 'vitest';
import {
  decodeAs,
  expectSame,
  found,
  fractions,
  plainDetections,
  rowsOf,
  SIZE,
  tableOf,
  type Target,
} from '../testing/box-family.ts';

const FAMILY = { output: { name: 'o', family: 'yolov5-seg', names: ['o', 'p'] }, size: SIZE } as const;
const [ROWS, COLUMNS] = [SIZE.height / 4, SIZE.width / 4];

describe('segmentation of YOLOv5', () => {
  it('has the boxes of YOLOv5, with objectness', () => {
    const random = fractions(8);
    for (let round = 0; round < 8; round++) {
      const table = tableOf(
        Array.from({ length: 150 }, () => [
          random() * SIZE.width,
          random() * SIZE.height,
          random() * 90,
          random() * 90,
          random(),
          random(),
          random(),
          random() - 0.5,
          random() - 0.5,
        ]),
        9,
      );
      const maps = {
        data: Float32Array.from({ length: 2 * ROWS * COLUMNS }, () => random() - 0.5),
        shape: [1, 2, ROWS, COLUMNS],
      };
      const targets = rowsOf(table).map(([cx = 0, cy = 0, w = 0, h = 0, object = 0, a = 0, b = 0]): Target => {
        const box = [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2] as const;
        return { box, classId: b > a ? 1 : 0, score: object * Math.max(a, b) };
      });
      const detections = found(decodeAs(FAMILY, { o: table, p: maps }, { classes: 2 }));
      expectSame(detections, plainDetections({ size: SIZE, suppresses: true }, targets));
      expect(detections.every(({ mask }) => mask !== undefined)).toBe(true);
    }
  });

  it('masks are where the weighted prototypes are above 0', () => {
    // One prototype: positive in the left half of the image.
    const data = Float32Array.from({ length: ROWS * COLUMNS }, (_, at) => (at % COLUMNS < COLUMNS / 2 ? 1 : -1));
    const table = tableOf([[320, 256, 200, 100, 1, 0.9, 1]], 7);
    const maps = { data, shape: [1, 1, ROWS, COLUMNS] };
    const [detection] = found(decodeAs(FAMILY, { o: table, p: maps }, { classes: 1 }));
    const { mask } = detection!;
    const inside = mask!.runs.filter((_, n) => n % 2 === 1).reduce((sum, run) => sum + run, 0);
    expect(inside / (mask!.width * mask!.height)).toBeCloseTo(0.5, 2);
    expect(mask!.runs[0]).toBe(0);
  });
});
