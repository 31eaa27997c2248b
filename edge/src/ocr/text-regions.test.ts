import { describe, expect, it } from 'vitest';
import { dice } from '../../../tests/support/dice.ts';
import { cornersOf, convexHull, type Rectangle, smallestRectangle } from './rectangle.ts';
import { textRegions } from './text-regions.ts';

const roll = dice(11);
const between = (least: number, most: number): number => least + ((most - least) * roll(10_001)) / 10_000;

function mapWith(rectangles: readonly Rectangle[], value: number): Parameters<typeof textRegions>[0] {
  const [width, height] = [240, 160];
  const values = Float32Array.from({ length: width * height }, (_, at) => {
    const [x, y] = [(at % width) + 0.5, Math.floor(at / width) + 0.5];
    const inside = rectangles.some(({ centre, along: [ux, uy], width: w, height: h }) => {
      const [dx, dy] = [x - centre[0], y - centre[1]];
      return Math.abs(dx * ux + dy * uy) * 2 <= w && Math.abs(dy * ux - dx * uy) * 2 <= h;
    });
    return inside ? value : 0.02;
  });
  return { width, height, values };
}

const turned = (degrees: number): readonly [number, number] => [
  Math.cos((degrees * Math.PI) / 180),
  Math.sin((degrees * Math.PI) / 180),
];

describe('the smallest rectangle around points', () => {
  it('has the place, the direction and the sides of the rectangle whose corners they are', () => {
    for (let round = 0; round < 200; round += 1) {
      const along = turned(between(-44, 44));
      const rectangle = { centre: [between(0, 9), between(0, 9)] as const, along, width: between(20, 90), height: 8 };
      const found = smallestRectangle(convexHull(cornersOf(rectangle)));
      expect(found?.width).toBeCloseTo(rectangle.width, 6);
      expect(found?.height).toBeCloseTo(8, 6);
      expect(found?.along[1]).toBeCloseTo(along[1], 6);
      expect(found?.centre[0]).toBeCloseTo(rectangle.centre[0], 6);
    }
  });

  it('is none where all points lie on one line', () => {
    expect(
      smallestRectangle(
        convexHull([
          [0, 0],
          [5, 5],
          [9, 9],
        ]),
      ),
    ).toBeUndefined();
  });
});

describe('lines of text in a probability map', () => {
  it.each([0, 12, -30, 90])('are found where they lie, turned by %i degrees, and widened', (degrees) => {
    const line = { centre: [120, 80] as const, along: turned(degrees), width: 120, height: 12 };
    const [region, ...others] = textRegions(mapWith([line], 0.9));
    expect(others).toEqual([]);
    expect(Math.hypot((region?.centre[0] ?? 0) - 120, (region?.centre[1] ?? 0) - 80)).toBeLessThan(1);
    const cosine = (region?.along[0] ?? 0) * line.along[0] + (region?.along[1] ?? 0) * line.along[1];
    expect(cosine).toBeGreaterThan(0.999);
    // Area times 1.5 by circumference: 8 pixels on each side.
    expect(Math.abs((region?.height ?? 0) - 12 - 16.4)).toBeLessThan(3);
  });

  it('are apart where nothing connects them', () => {
    const line = (y: number): Rectangle => ({ centre: [120, y], along: [1, 0], width: 150, height: 10 });
    expect(textRegions(mapWith([line(30), line(70), line(110)], 0.8))).toHaveLength(3);
  });

  it('are none where the map is unsure or shows only specks', () => {
    const line: Rectangle = { centre: [120, 80], along: [1, 0], width: 150, height: 10 };
    expect(textRegions(mapWith([line], 0.5))).toEqual([]);
    expect(textRegions(mapWith([{ ...line, width: 2, height: 2 }], 0.9))).toEqual([]);
  });
});
