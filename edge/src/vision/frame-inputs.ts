import { type BufferPool, type CameraFrame, isWhole, type OutputFormat, outputSize } from '../camera/index.ts';
import { type PixelRect, regionRect } from '../domain/index.ts';
import type { FirstStage } from './assigned-models.ts';
import { type CropPlan, singleCrop } from './crop-plan.ts';
import type { ModelAssignment } from './plan.ts';
import { SharedPixels } from './shared-pixels.ts';
import { tileCrops } from './tile-crops.ts';

/** Outputs at the size of the source, from which tiles and detections are cropped, by place among the outputs. */
export type WholeFrames = ReadonlyMap<number, SharedPixels>;

/** The whole frames of `frame`, each shared by the models in `due` that crop from it, and by `more` takers of outputs. */
export function wholeFrames(
  frame: CameraFrame,
  formats: readonly OutputFormat[],
  due: readonly FirstStage[],
  pool: BufferPool,
  more: readonly number[] = [],
): WholeFrames {
  const takers = [...due.flatMap((model) => [model, ...model.secondStages].map(({ output }) => output)), ...more];
  const shared = new Map<number, SharedPixels>();
  for (const [output, format] of formats.entries()) {
    const bytes = frame.inputs[output];
    if (!isWhole(format) || bytes === undefined) continue;
    const count = takers.filter((taker) => taker === output).length;
    shared.set(output, new SharedPixels(bytes, outputSize(format, frame.source), pool, count));
  }
  return shared;
}

/** The inputs of each model in `due`, in its order. Outputs that no model takes are given back to the pool. */
export function frameInputs(
  frame: CameraFrame,
  due: readonly FirstStage[],
  whole: WholeFrames,
  pool: BufferPool,
): readonly CropPlan[] {
  const used = new Set<number>();
  const plans = due.map(({ output, use, manifest, iou }): CropPlan => {
    const region = regionOf(use, frame);
    const pixels = whole.get(output);
    if (pixels !== undefined && use.tiles !== undefined) {
      return tileCrops({ region, pixels, tiles: use.tiles, input: manifest.input, iou, pool });
    }
    const original = frame.inputs[output];
    if (original === undefined) throw new Error(`frame ${frame.index} has no output ${output}`);
    // A buffer is transferred to one worker; a second model of the same format gets a copy.
    const bytes = used.has(output) ? copyOf(original, pool) : original;
    used.add(output);
    const { left, top, width, height } = region;
    return singleCrop(bytes, { left, top, size: { width, height } }, pool);
  });
  for (const [output, bytes] of frame.inputs.entries()) {
    if (!used.has(output) && !whole.has(output)) pool.give(bytes);
  }
  return plans;
}

function regionOf(use: ModelAssignment, { source }: CameraFrame): PixelRect {
  return use.region === undefined ? { left: 0, top: 0, ...source } : regionRect(use.region, source);
}

function copyOf(original: Uint8Array<ArrayBuffer>, pool: BufferPool): Uint8Array<ArrayBuffer> {
  const copy = pool.take(original.byteLength);
  copy.set(original);
  return copy;
}
