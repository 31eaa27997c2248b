import { describe, expect, it } from 'vitest';
import type { Box, Detection, PixelRect } from '../domain/index.ts';
import { mergeTiles } from './merge-tiles.ts';
import { tileGrid } from './tiles.ts';

const PICTURE = { width: 1920, height: 1080 };
const BOUNDS: PixelRect = { left: 0, top: 0, ...PICTURE };
const TILES = tileGrid(PICTURE, { width: 640, height: 640 }, 0.2);

/** What a faultless detector sees of one object in each tile: the part inside, if it is large enough. */
function seenIn(tile: PixelRect, box: Box, score = 0.9, classId = 0): Detection[] {
  const part: Box = [
    Math.max(box[0], tile.left),
    Math.max(box[1], tile.top),
    Math.min(box[2], tile.left + tile.width),
    Math.min(box[3], tile.top + tile.height),
  ];
  if (part[2] - part[0] < 4 || part[3] - part[1] < 4) return [];
  return [{ label: `c${classId}`, classId, score, box: part }];
}

const look = (objects: readonly Box[], score: (tile: number) => number = () => 0.9) =>
  TILES.map((tile, n) => ({ tile, detections: objects.flatMap((box) => seenIn(tile, box, score(n))) }));

describe('the tiles of a frame', () => {
  it('cover every pixel, overlap by the configured fraction, and end exactly with the frame', () => {
    for (const [width, height, size, overlap] of [
      [1920, 1080, 640, 0.2],
      [3840, 2160, 640, 0.25],
      [641, 640, 640, 0.2],
      [1000, 333, 320, 0],
    ] as const) {
      const tiles = tileGrid({ width, height }, { width: size, height: size }, overlap);
      const lefts = [...new Set(tiles.map(({ left }) => left))];
      const tops = [...new Set(tiles.map(({ top }) => top))];
      for (const [places, length] of [
        [lefts, width],
        [tops, height],
      ] as const) {
        expect(places[0]).toBe(0);
        expect((places.at(-1) ?? 0) + size).toBe(Math.max(size, length));
        for (const [n, place] of places.entries()) {
          if (n > 0) expect((places[n - 1] ?? 0) + size - place).toBeGreaterThanOrEqual(Math.floor(size * overlap));
        }
      }
      expect(tiles).toHaveLength(lefts.length * tops.length);
    }
  });

  it('are one where the frame is smaller than a tile', () => {
    expect(tileGrid({ width: 300, height: 200 }, { width: 640, height: 640 }, 0.2)).toEqual([
      { left: 0, top: 0, width: 640, height: 640 },
    ]);
  });
});

describe('the merged detections of all tiles', () => {
  it('contain a small object once, wherever it is', () => {
    for (let x = 0; x <= 1880; x += 47) {
      for (let y = 0; y <= 1040; y += 52) {
        const box: Box = [x, y, x + 40, y + 40];
        const found = mergeTiles(look([box]), BOUNDS, 0.45);
        expect(found.map((one) => one.box)).toEqual([box]);
      }
    }
  });

  it('contain an object once that no tile shows completely, over two tiles and over four', () => {
    for (const box of [
      [300, 100, 1000, 300],
      [560, 420, 760, 700],
      [100, 300, 300, 1000],
      [200, 200, 1200, 900],
      [10, 10, 1910, 1070],
    ] satisfies Box[]) {
      const found = mergeTiles(look([box]), BOUNDS, 0.45);
      expect(found.map((one) => one.box)).toEqual([box]);
    }
  });

  it('prefer the complete detection to a piece with a higher score', () => {
    const box: Box = [600, 100, 700, 200];
    const whole = TILES.findIndex(({ left }) => left > 0);
    const found = mergeTiles(
      look([box], (n) => (n === whole ? 0.5 : 0.99)),
      BOUNDS,
      0.45,
    );
    expect(found.map((one) => one.box)).toEqual([box]);
  });

  it('keep two objects side by side apart, and two labels at one place', () => {
    const [a, b]: Box[] = [
      [500, 100, 560, 160],
      [565, 100, 625, 160],
    ];
    expect(
      mergeTiles(look([a!, b!]), BOUNDS, 0.45)
        .map((one) => one.box[0])
        .toSorted((p, q) => p - q),
    ).toEqual([500, 565]);
    const both = TILES.map((tile) => ({ tile, detections: [...seenIn(tile, a!), ...seenIn(tile, a!, 0.8, 1)] }));
    expect(mergeTiles(both, BOUNDS, 0.45).map((one) => one.label)).toEqual(['c0', 'c1']);
  });

  it('treat an object at the edge of the frame as complete', () => {
    const box: Box = [1880, 1040, 1920, 1080];
    expect(mergeTiles(look([box]), BOUNDS, 0.45).map((one) => one.box)).toEqual([box]);
  });
});
