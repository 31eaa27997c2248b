import type { BufferPool } from '../camera/index.ts';
import { pictureBytes } from '../camera/index.ts';
import { type Detection, intersection, type PixelRect } from '../domain/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import { mergeTiles } from './merge-tiles.ts';
import type { TilePlan } from './plan.ts';
import type { SharedPixels } from './shared-pixels.ts';
import { copyRect, tileGrid } from './tiles.ts';
import type { Crop, CropPlan } from './crop-plan.ts';

export interface TileCropsRequest {
  /** The region in pixels of the source, and scaled so that a tile is as large as the model's input. */
  readonly region: PixelRect;
  readonly pixels: SharedPixels;
  readonly tiles: TilePlan;
  readonly input: ModelManifest['input'];
  readonly iou: number;
  readonly pool: BufferPool;
}

/**
 * The tiles of one frame. They are copied here, row by row, from one scaled frame: only FFmpeg computes pixels.
 */
export function tileCrops(request: TileCropsRequest): CropPlan {
  const { region, pixels, tiles, input } = request;
  const grid = tileGrid(pixels.size, input, tiles.overlap);
  // Rounding to whole pixels makes the two directions differ by a trifle.
  const kx = region.width / pixels.size.width;
  const ky = region.height / pixels.size.height;
  const places = grid.map((rect) => ({
    left: region.left + rect.left * kx,
    top: region.top + rect.top * ky,
    width: input.width * kx,
    height: input.height * ky,
  }));
  const crops = places.map(({ left, top, width, height }, n): Crop => {
    const size = { width: Math.round(width), height: Math.round(height) };
    return { left, top, size, take: () => cropTile(request, grid[n]) };
  });
  return {
    crops,
    complete: true,
    merge: (detections) => {
      const inside = detections.map((detections) => detections.flatMap((detection) => clipped(detection, region)));
      const seen = places.map((tile, n) => ({ tile, detections: inside[n] ?? [] }));
      return seen.length === 1 ? (inside[0] ?? []) : mergeTiles(seen, region, request.iou);
    },
    release: () => pixels.release(),
  };
}

function cropTile({ pixels, input, pool }: TileCropsRequest, rect: PixelRect | undefined): Uint8Array<ArrayBuffer> {
  const tile = pool.take(pictureBytes(input));
  if (rect === undefined) return tile;
  const whole = rect.left + rect.width <= pixels.size.width && rect.top + rect.height <= pixels.size.height;
  if (!whole) tile.fill(input.letterbox.fill);
  copyRect(pixels, rect, { bytes: tile, size: input });
  return tile;
}

/** Clipped to the region; nothing where the box lies completely in the bars outside of it. */
function clipped(detection: Detection, { left, top, width, height }: PixelRect): Detection[] {
  const bounds = [left, top, left + width, top + height] as const;
  const [x1, y1, x2, y2] = detection.box;
  if (x1 >= left && y1 >= top && x2 <= bounds[2] && y2 <= bounds[3]) return [detection];
  if (intersection(detection.box, bounds) === 0) return [];
  const box = [Math.max(x1, left), Math.max(y1, top), Math.min(x2, bounds[2]), Math.min(y2, bounds[3])] as const;
  return [{ ...detection, box }];
}
