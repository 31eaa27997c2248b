import type { PictureSize, PixelRect } from '../domain/index.ts';

/**
 * Tiles of one size that cover a frame, row by row. Neighbours overlap by at least the fraction `overlap` of a tile; the rest is spread
 * evenly, and the last tile of each row and column ends exactly where the frame ends. A frame smaller than a tile has one
 * tile in that direction, which reaches beyond it.
 */
export function tileGrid(picture: PictureSize, tile: PictureSize, overlap: number): readonly PixelRect[] {
  const lefts = starts(picture.width, tile.width, overlap);
  return starts(picture.height, tile.height, overlap).flatMap((top) => lefts.map((left) => ({ left, top, ...tile })));
}

function starts(length: number, tile: number, overlap: number): readonly number[] {
  const spare = length - tile;
  if (spare <= 0) return [0];
  const step = Math.max(1, Math.floor(tile * (1 - overlap)));
  const steps = Math.ceil(spare / step);
  return Array.from({ length: steps + 1 }, (_, n) => Math.round((n * spare) / steps));
}

/** Packed 3-channel pixels and how they lie. */
export interface Pixels {
  readonly bytes: Uint8Array<ArrayBuffer>;
  readonly size: PictureSize;
}

/** Copies a rectangle of `from` to the upper left corner of `to`; what reaches beyond either is left out. */
export function copyRect(from: Pixels, rect: PixelRect, to: Pixels, at = { left: 0, top: 0 }): void {
  const columns = Math.min(rect.width, from.size.width - rect.left, to.size.width - at.left);
  const rows = Math.min(rect.height, from.size.height - rect.top, to.size.height - at.top);
  for (let row = 0; row < rows; row++) {
    const start = 3 * ((rect.top + row) * from.size.width + rect.left);
    const target = 3 * ((at.top + row) * to.size.width + at.left);
    to.bytes.set(from.bytes.subarray(start, start + 3 * columns), target);
  }
}
