import type { PictureSize } from '@lineside/models/output';
import type { Point } from './zone.ts';

/** Part of a frame: left, top, right and bottom as fractions of its width and height, 0 to 1. */
export type Region = readonly [x1: number, y1: number, x2: number, y2: number];

/** A rectangle of whole pixels inside a frame. */
export interface PixelRect {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * The pixels of a region: grown to even coordinates, because most cameras share colour samples between pairs of pixels,
 * and never beyond the frame. The camera's filter graph computes the same in double precision, so both ends agree.
 */
export function regionRect(region: Region, size: PictureSize): PixelRect {
  const [x1, y1, x2, y2] = region;
  const left = evenBelow(x1 * size.width, size.width);
  const top = evenBelow(y1 * size.height, size.height);
  const right = Math.min(size.width, Math.ceil((x2 * size.width) / 2) * 2);
  const bottom = Math.min(size.height, Math.ceil((y2 * size.height) / 2) * 2);
  return { left, top, width: Math.max(1, right - left), height: Math.max(1, bottom - top) };
}

/** The largest even number up to `value` that leaves at least one pixel of `extent`. */
function evenBelow(value: number, extent: number): number {
  return Math.max(0, Math.min(Math.floor(value / 2) * 2, Math.floor((extent - 1) / 2) * 2));
}

/** The smallest region that holds a polygon of fractions. */
export function regionAround(polygon: readonly Point[]): Region {
  const xs = polygon.map(([x]) => x);
  const ys = polygon.map(([, y]) => y);
  return [Math.min(...xs), Math.min(...ys), Math.max(...xs), Math.max(...ys)];
}
