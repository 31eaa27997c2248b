import { describe, expect, it } from 'vitest';
import {
  decodeAs,
  found,
  fractions,
  rowsOf,
  SIZE,
  tableOf,
  expectSame,
  plainDetections,
  type Target,
} from '../testing/box-family.ts';

const POINTS = 51;
const FAMILY = { output: { name: 'o', family: 'yolov8-pose', options: { keypoints: POINTS } }, size: SIZE } as const;

describe('poses', () => {
  it('are reported as their boxes, whatever the key points are', () => {
    const random = fractions(4);
    for (let round = 0; round < 8; round++) {
      const rows = Array.from({ length: 200 }, () => [
        random() * SIZE.width,
        random() * SIZE.height,
        random() * 100,
        random() * 100,
        random() ** 3,
        ...Array.from({ length: POINTS }, () => (random() - 0.3) * 900),
      ]);
      const table = tableOf(rows, 5 + POINTS, true);
      const targets = rowsOf(table, true).map(([cx = 0, cy = 0, w = 0, h = 0, score = 0]): Target => {
        return { box: [cx - w / 2, cy - h / 2, cx + w / 2, cy + h / 2], classId: 0, score };
      });
      const detections = found(decodeAs(FAMILY, { o: table }, { classes: 1 }));
      expectSame(detections, plainDetections({ size: SIZE, suppresses: true }, targets));
      expect(detections.length).toBeGreaterThan(3);
    }
  });

  it('may be finished boxes, one row each', () => {
    const output = { ...FAMILY.output, layout: 'anchors_first' as const };
    const points = Array.from({ length: POINTS }, () => 7);
    const table = tableOf(
      [
        [320, 256, 400, 300, 0.9, 0, ...points],
        [0, 0, 0, 0, 0, 0, ...points],
      ],
      6 + POINTS,
    );
    const detections = found(decodeAs({ ...FAMILY, output }, { o: table }, { classes: 1 }));
    expect(detections).toMatchObject([{ label: 'class0', box: [640, 360, 800, 448] }]);
  });
});
