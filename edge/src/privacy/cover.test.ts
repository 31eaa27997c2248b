import { expect, it } from 'vitest';
import { coverAll, coverAreas, coverMasks } from './index.ts';

const SIZE = { width: 60, height: 40 };
/** A chequered pattern of single pixels: nothing has more detail. */
function chequered(): Uint8Array {
  const bytes = new Uint8Array(SIZE.width * SIZE.height * 3);
  for (let at = 0; at < bytes.length; at += 1) {
    const pixel = Math.floor(at / 3);
    bytes[at] = (pixel + Math.floor(pixel / SIZE.width)) % 2 === 0 ? 0 : 200;
  }
  return bytes;
}
const at = (bytes: Uint8Array, x: number, y: number): number => bytes[(y * SIZE.width + x) * 3] ?? -1;
/** Neighbours in a row that differ, by place. */
function detail(bytes: Uint8Array, [left, top, right, bottom]: readonly number[]): number {
  let count = 0;
  for (let y = top!; y < bottom!; y += 1)
    for (let x = left!; x + 1 < right!; x += 1) if (at(bytes, x, y) !== at(bytes, x + 1, y)) count += 1;
  return count;
}

it('a mask is filled with one grey up to its corners, and nothing outside of it changes', () => {
  const bytes = chequered();
  coverMasks({ bytes, size: SIZE, layout: 'rgb' }, [
    [
      [0.5, 0.25],
      [1, 0.25],
      [1, 0.75],
      [0.5, 0.75],
    ],
  ]);
  expect(detail(bytes, [30, 10, 60, 30])).toBe(0);
  expect(at(bytes, 30, 10)).toBe(96);
  expect(at(bytes, 59, 29)).toBe(96);
  const before = chequered();
  for (let y = 0; y < SIZE.height; y += 1)
    for (let x = 0; x < SIZE.width; x += 1)
      if (x < 30 || y < 10 || y >= 30) expect(at(bytes, x, y)).toBe(at(before, x, y));
});

it('a slanted mask covers every pixel that it touches', () => {
  const bytes = chequered();
  const polygon = [
    [0, 0],
    [1, 0],
    [0, 1],
  ] as const;
  coverMasks({ bytes, size: SIZE, layout: 'rgb' }, [polygon]);
  for (let y = 0; y < SIZE.height; y += 1)
    for (let x = 0; x < SIZE.width; x += 1)
      if ((x + 0.5) / SIZE.width + (y + 0.5) / SIZE.height < 1) expect(at(bytes, x, y)).toBe(96);
});

it('an area is given in pixels of the source, and at most three blocks across are left of it', () => {
  const bytes = chequered();
  coverAreas({ bytes, size: SIZE, layout: 'rgb' }, [[40, 20, 100, 80]], { width: 120, height: 80 });
  expect(detail(bytes, [20, 10, 50, 40])).toBeLessThanOrEqual(2 * 30);
  expect(detail(bytes, [0, 0, 20, 40])).toBe(19 * 40);
});

it('an area beyond the edges of the picture is covered as far as it is in the picture', () => {
  const bytes = chequered();
  coverAreas(
    { bytes, size: SIZE, layout: 'rgb' },
    [
      [-50, -50, 10, 10],
      [55, 35, 900, 900],
    ],
    SIZE,
  );
  // At most the edges between its blocks are left.
  expect(detail(bytes, [0, 0, 10, 10])).toBeLessThanOrEqual(2 * 10);
  expect(detail(bytes, [55, 35, 60, 40])).toBeLessThanOrEqual(2 * 5);
});

it('a picture that is covered completely keeps its mean brightness and no detail', () => {
  const bytes = chequered();
  coverAll({ bytes, size: SIZE, layout: 'rgb' });
  expect(detail(bytes, [0, 0, SIZE.width, SIZE.height])).toBeLessThanOrEqual(SIZE.height * 16);
  expect(Math.max(...bytes) - Math.min(...bytes)).toBeLessThan(60);
});

it('a picture in planes of luma and colour is covered in all of them', () => {
  const size = { width: 31, height: 21 };
  const [luma, colour] = [31 * 21, 16 * 11];
  const bytes = Uint8Array.from({ length: luma + 2 * colour }, (_, at) => (at % 2) * 200);
  coverMasks({ bytes, size, layout: 'yuv' }, [
    [
      [0, 0],
      [0.5, 0],
      [0.5, 1],
      [0, 1],
    ],
  ]);
  // 16 is black and 128 no colour.
  expect([bytes[0], bytes[20 * 31 + 14], bytes[luma], bytes[luma + 10 * 16 + 7], bytes[luma + colour]]).toEqual([
    96, 96, 128, 128, 128,
  ]);
  expect([bytes[19], bytes[luma + 14], bytes[luma + 15]]).toEqual([200, expect.any(Number), expect.any(Number)]);
  coverAreas({ bytes, size, layout: 'yuv' }, [[0, 0, 31, 21]], size);
  const levels = (from: number, count: number): number => new Set(bytes.subarray(from, from + count)).size;
  for (const [from, count] of [
    [0, luma],
    [luma, colour],
    [luma + colour, colour],
  ] as const)
    expect(levels(from, count)).toBeLessThanOrEqual(16);
});
