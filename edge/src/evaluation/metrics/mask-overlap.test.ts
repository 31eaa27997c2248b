import { describe, expect, it } from 'vitest';
import type { Mask, Point } from '../../domain/index.ts';
import { detectionMetrics } from './detection-metrics.ts';
import { maskIou } from './mask-overlap.ts';

const SQUARE: readonly Point[] = [
  [0, 0],
  [10, 0],
  [10, 10],
  [0, 10],
];
const full = (x: number, y: number, width: number, height: number): Mask => ({
  x,
  y,
  width,
  height,
  runs: [0, width * height],
});

describe('the IoU of masks', () => {
  it('is that of the boxes where the masks are boxes', () => {
    expect(maskIou(full(0, 0, 10, 10), SQUARE)).toBe(1);
    expect(maskIou(full(0, 0, 10, 5), SQUARE)).toBe(0.5);
    expect(maskIou(full(5, 5, 10, 10), SQUARE)).toBeCloseTo(25 / 175, 12);
    expect(maskIou(full(10, 0, 5, 5), SQUARE)).toBe(0);
  });

  it('follows runs over the ends of rows, beginning outside the object', () => {
    // Columns 1 and 2 of a frame of 4 by 3: xoox / xoox / xoox.
    const stripe: Mask = { x: 0, y: 0, width: 4, height: 3, runs: [1, 2, 2, 2, 2, 2, 1] };
    expect(
      maskIou(stripe, [
        [1, 0],
        [3, 0],
        [3, 3],
        [1, 3],
      ]),
    ).toBe(1);
    // From the middle of one row to the middle of the next: ..oo / oo..
    const wrapped: Mask = { x: 0, y: 0, width: 4, height: 2, runs: [2, 4, 2] };
    expect(
      maskIou(wrapped, [
        [0, 0],
        [4, 0],
        [4, 2],
        [0, 2],
      ]),
    ).toBe(0.5);
  });

  it('equals a pixel by pixel count for slanted and hollow shapes', () => {
    const star: readonly Point[] = [
      [10, 0],
      [16, 19],
      [0, 7],
      [20, 7],
      [4, 19],
    ];
    const inside = (x: number, y: number): boolean =>
      star.filter(([x1, y1], at) => {
        const [x2, y2] = star[(at + 1) % star.length] ?? [0, 0];
        return y1 > y !== y2 > y && x < x1 + ((y - y1) / (y2 - y1)) * (x2 - x1);
      }).length %
        2 ===
      1;
    let pixels = 0;
    for (let y = 0; y < 20; y += 1) for (let x = 0; x < 20; x += 1) if (inside(x + 0.5, y + 0.5)) pixels += 1;
    expect(maskIou(full(0, 0, 20, 20), star)).toBeCloseTo(pixels / 400, 12);
  });

  it('is used for mask AP in addition to box AP', () => {
    const box = [0, 0, 10, 10] as const;
    const half: Mask = full(0, 0, 10, 6);
    const picture = {
      truth: [{ label: 'stain', box, polygon: SQUARE }],
      found: [{ label: 'stain', classId: 0, score: 0.9, box, mask: half }],
    };
    const { labels } = detectionMetrics([picture], { labels: ['stain'], threshold: { score: 0.5 } });
    // The box is perfect; the outline shares 0.6 and passes 0.50, 0.55 and 0.60.
    expect(labels[0]).toMatchObject({ ap50: 1, ap50to95: 1, maskAp50: 1 });
    expect(labels[0]?.maskAp50to95).toBeCloseTo(0.3, 12);
  });
});
