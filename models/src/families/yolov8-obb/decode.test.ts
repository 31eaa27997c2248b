import { describe, expect, it } from 'vitest';
import { decodeAs, found, fractions, SIZE, SOURCE, tableOf } from '../testing/box-family.ts';

const FAMILY = { output: { name: 'o', family: 'yolov8-obb' }, size: SIZE } as const;

describe('oriented boxes', () => {
  it('are reported as the upright boxes around their four corners', () => {
    const random = fractions(9);
    for (let round = 0; round < 50; round++) {
      const [cx, cy] = [200 + random() * 200, 200 + random() * 100];
      const [width, height, angle] = [10 + random() * 90, 10 + random() * 90, (random() - 0.5) * Math.PI];
      // Each corner turned about the middle, in double precision.
      const corners = [-1, 1].flatMap((i) =>
        [-1, 1].map((j) => {
          const [dx, dy] = [(i * width) / 2, (j * height) / 2];
          return [cx + dx * Math.cos(angle) - dy * Math.sin(angle), cy + dx * Math.sin(angle) + dy * Math.cos(angle)];
        }),
      );
      const [xs, ys] = [0, 1].map((axis) => corners.map((corner) => corner[axis] ?? 0)) as [number[], number[]];
      const bar = (SIZE.height - SOURCE.height / 2) / 2;
      const wanted = [Math.min(...xs), Math.min(...ys) - bar, Math.max(...xs), Math.max(...ys) - bar].map((v) => 2 * v);
      const table = tableOf(
        [
          [cx, cy, width, height, 0.1, 0.8, 0.2, angle],
          [0, 0, 0, 0, 0, 0, 0, 0],
        ],
        8,
        true,
      );
      const [detection, ...more] = found(decodeAs(FAMILY, { o: table }));
      expect(more).toEqual([]);
      expect(detection).toMatchObject({ label: 'class1', classId: 1 });
      expect(detection?.score).toBeCloseTo(0.8, 5);
      for (const [side, value] of (detection?.box ?? []).entries()) expect(value).toBeCloseTo(wanted[side] ?? 0, 2);
    }
  });

  it('are refused as the boxes of another number of labels', () => {
    const decoded = decodeAs(FAMILY, { o: tableOf([[1, 1, 1, 1, 0.9, 0.1]], 6, true) }, { classes: 2 });
    expect(decoded).toMatchObject({ bad: 'model_labels' });
  });
});
