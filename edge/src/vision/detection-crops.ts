import { type BufferPool, pictureBytes } from '../camera/index.ts';
import {
  type Box,
  type Detection,
  leastScoreOf,
  letterbox,
  type PictureSize,
  type PixelRect,
} from '../domain/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import { imageLibrary } from './image-library.ts';
import type { StagePlan } from './plan.ts';
import type { SharedPixels } from './shared-pixels.ts';
import { copyRect } from './tiles.ts';
import type { Crop, CropPlan } from './crop-plan.ts';

export interface DetectionCropsRequest {
  /** Detections of the first stage, in source pixels. */
  readonly detections: readonly Detection[];
  /** The frame at the source's own size. */
  readonly pixels: SharedPixels;
  readonly stage: StagePlan;
  readonly input: ModelManifest['input'];
  readonly pool: BufferPool;
}

/** One input per detection of the first stage, cropped from the frame at its full size. */
export function detectionCrops(request: DetectionCropsRequest): CropPlan {
  const { pixels, stage } = request;
  const wanted = wantedOf(request.detections, stage);
  return {
    crops: wanted.slice(0, stage.maxDetections).map(({ box }): Crop => {
      const rect = rectAround(box, stage.padding, pixels.size);
      return {
        ...{ left: rect.left, top: rect.top, size: rect, detected: box },
        take: () => cropDetection(request, rect),
      };
    }),
    complete: wanted.length <= stage.maxDetections,
    merge: (detections) => detections.flat().toSorted((a, b) => b.score - a.score),
    release: () => pixels.release(),
  };
}

/** Detections that the second stage inspects, best first. */
function wantedOf(
  detections: readonly Detection[],
  { labels, leastScores = { score: 0 } }: StagePlan,
): readonly Detection[] {
  return detections
    .filter(
      (one) =>
        one.score >= leastScoreOf(leastScores, one.label) && (labels === undefined || labels.includes(one.label)),
    )
    .toSorted((a, b) => b.score - a.score);
}

/** Whole pixels around a box, inside the frame; `padding` is a fraction of its sides, added on each side. */
export function rectAround(box: Box, padding: number, picture: PictureSize): PixelRect {
  const [x1, y1, x2, y2] = box;
  const [dx, dy] = [(x2 - x1) * padding, (y2 - y1) * padding];
  const left = Math.min(picture.width - 1, Math.max(0, Math.floor(x1 - dx)));
  const top = Math.min(picture.height - 1, Math.max(0, Math.floor(y1 - dy)));
  const right = Math.max(left + 1, Math.min(picture.width, Math.ceil(x2 + dx)));
  const bottom = Math.max(top + 1, Math.min(picture.height, Math.ceil(y2 + dy)));
  return { left, top, width: right - left, height: bottom - top };
}

async function cropDetection(request: DetectionCropsRequest, rect: PixelRect): Promise<Uint8Array<ArrayBuffer>> {
  const { pixels, input, pool } = request;
  return scaledCrop({ bytes: pixels.bytes, size: pixels.size }, rect, input, pool.take(pictureBytes(input)));
}

/**
 * A rectangle of a packed RGB frame in the form of a model's input, written into `target`. Scaled by libvips off this
 * thread; the letterbox is the same as FFmpeg's.
 */
export async function scaledCrop(
  frame: { readonly bytes: Uint8Array; readonly size: PictureSize },
  rect: PixelRect,
  input: ModelManifest['input'],
  target: Uint8Array<ArrayBuffer> = new Uint8Array(pictureBytes(input)),
): Promise<Uint8Array<ArrayBuffer>> {
  const sharp = await imageLibrary();
  const fit = letterbox(rect, input, input.letterbox.anchor);
  const [left, top] = [Math.max(0, -fit.left), Math.max(0, -fit.top)];
  const kept = { left, top, width: Math.min(fit.width, input.width), height: Math.min(fit.height, input.height) };
  const scaled = await sharp(frame.bytes, { raw: { ...frame.size, channels: 3 } })
    .extract(rect)
    .resize(fit.width, fit.height, { fit: 'fill', kernel: 'linear' })
    .extract(kept)
    .raw()
    .toBuffer();
  target.fill(input.letterbox.fill);
  const from = { bytes: new Uint8Array(scaled), size: kept };
  const to = { left: Math.max(0, fit.left), top: Math.max(0, fit.top) };
  copyRect(from, { ...kept, left: 0, top: 0 }, { bytes: target, size: input }, to);
  return target;
}
