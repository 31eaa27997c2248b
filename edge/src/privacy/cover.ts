import type { PictureSize, Point } from '../domain/index.ts';
import type { Area } from './people-cover.ts';

/** A picture whose pixels are changed where they are. */
export interface Pixels {
  readonly bytes: Uint8Array;
  readonly size: PictureSize;
  /** Packed rgb; or a plane of luma and two of colour at half the size, rounded up (4:2:0). */
  readonly layout: 'rgb' | 'yuv';
}

/** Samples of a picture that lie row by row. */
interface Plane {
  readonly bytes: Uint8Array;
  readonly width: number;
  readonly height: number;
  /** Samples side by side that belong to one place. */
  readonly channels: number;
  /** Value of a sample in a mask. */
  readonly masked: number;
}

/** Grey of a mask, and the value of colour where there is none. */
const GREY = 96;
const NO_COLOUR = 128;
/** Blocks across a covered area, and across a picture that is covered completely. So few that no face can be recognised. */
const AREA_BLOCKS = 3;
const PICTURE_BLOCKS = 16;

/** Fills polygons, in fractions of the picture, with one grey. */
export function coverMasks(pixels: Pixels, masks: readonly (readonly Point[])[]): void {
  for (const plane of planesOf(pixels)) for (const polygon of masks) fillPolygon(plane, polygon);
}

/** Which cells of a grid of this size a mask touches, row by row; undefined without masks. */
export function maskedCells(size: PictureSize, masks: readonly (readonly Point[])[]): readonly boolean[] | undefined {
  if (masks.length === 0) return undefined;
  const bytes = new Uint8Array(size.width * size.height * 3);
  coverMasks({ bytes, size, layout: 'rgb' }, masks);
  return Array.from({ length: size.width * size.height }, (_, cell) => bytes[cell * 3] === GREY);
}

/** Replaces areas, in pixels of the source frame, by large blocks of their mean colour. */
export function coverAreas(pixels: Pixels, areas: readonly Area[], source: PictureSize): void {
  for (const plane of planesOf(pixels)) {
    const [kx, ky] = [plane.width / source.width, plane.height / source.height];
    for (const [x1, y1, x2, y2] of areas) {
      const left = clamp(Math.floor(x1 * kx), plane.width);
      const top = clamp(Math.floor(y1 * ky), plane.height);
      const right = clamp(Math.ceil(x2 * kx), plane.width);
      const bottom = clamp(Math.ceil(y2 * ky), plane.height);
      const block = Math.max(1, Math.ceil(Math.min(right - left, bottom - top) / AREA_BLOCKS));
      mosaic(plane, [left, top, right, bottom], block);
    }
  }
}

/** Replaces the whole picture by large blocks of their mean colour. */
export function coverAll(pixels: Pixels): void {
  for (const plane of planesOf(pixels)) {
    const block = Math.max(1, Math.ceil(Math.max(plane.width, plane.height) / PICTURE_BLOCKS));
    mosaic(plane, [0, 0, plane.width, plane.height], block);
  }
}

function planesOf({ bytes, size: { width, height }, layout }: Pixels): readonly Plane[] {
  if (layout === 'rgb') return [{ bytes, width, height, channels: 3, masked: GREY }];
  const luma = width * height;
  const half = { width: Math.ceil(width / 2), height: Math.ceil(height / 2), channels: 1, masked: NO_COLOUR };
  const colour = half.width * half.height;
  return [
    { bytes: bytes.subarray(0, luma), width, height, channels: 1, masked: GREY },
    { ...half, bytes: bytes.subarray(luma, luma + colour) },
    { ...half, bytes: bytes.subarray(luma + colour, luma + 2 * colour) },
  ];
}

/** Each row is filled between the sides that cross it. */
function fillPolygon({ bytes, width, height, channels, masked }: Plane, polygon: readonly Point[]): void {
  const points = polygon.map(([x, y]) => [x * width, y * height] as const);
  for (let row = 0; row < height; row += 1) {
    // The middle decides, and both edges of the row, so that a thin part between two middles is covered too.
    for (const y of [row + 0.001, row + 0.5, row + 0.999]) {
      const crossings = crossingsOf(points, y);
      for (let n = 0; n + 1 < crossings.length; n += 2) {
        const from = clamp(Math.floor(crossings[n] ?? 0), width);
        const to = clamp(Math.ceil(crossings[n + 1] ?? 0), width);
        if (to > from) bytes.fill(masked, (row * width + from) * channels, (row * width + to) * channels);
      }
    }
  }
}

/** Where the sides of a polygon cross a height, from left to right. */
function crossingsOf(points: readonly (readonly [number, number])[], y: number): readonly number[] {
  const crossings: number[] = [];
  let previous = points.at(-1);
  for (const point of points) {
    if (previous === undefined) break;
    const [ax, ay] = previous;
    const [bx, by] = point;
    if (ay > y !== by > y) crossings.push(ax + ((y - ay) * (bx - ax)) / (by - ay));
    previous = point;
  }
  return crossings.toSorted((a, b) => a - b);
}

function mosaic(plane: Plane, [left, top, right, bottom]: Area, block: number): void {
  for (let y = top; y < bottom; y += block) {
    for (let x = left; x < right; x += block) {
      const area = [x, y, Math.min(right, x + block), Math.min(bottom, y + block)] as const;
      for (let channel = 0; channel < plane.channels; channel += 1) evenOut(plane, area, channel);
    }
  }
}

/** Gives every sample of a block the mean of all. */
function evenOut({ bytes, width, channels }: Plane, [left, top, right, bottom]: Area, channel: number): void {
  const count = (right - left) * (bottom - top);
  if (count <= 0) return;
  let sum = 0;
  for (let y = top; y < bottom; y += 1) {
    const end = (y * width + right) * channels;
    for (let at = (y * width + left) * channels + channel; at < end; at += channels) sum += bytes[at] ?? 0;
  }
  const mean = Math.round(sum / count);
  for (let y = top; y < bottom; y += 1) {
    const end = (y * width + right) * channels;
    for (let at = (y * width + left) * channels + channel; at < end; at += channels) bytes[at] = mean;
  }
}

function clamp(value: number, most: number): number {
  return Math.max(0, Math.min(most, value));
}
