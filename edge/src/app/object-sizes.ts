import { type CameraConfig, TILE_OVERLAP } from '../config/index.ts';
import { type Inspection, leastScoreOf, type PictureSize, regionRect } from '../domain/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import { type ModelAssignment, tilesOf } from '../vision/index.ts';
import { assignmentsOf } from './model-assignments.ts';
import type { LineModel } from './models.ts';

/** How large the objects of one label are where a model sees them. */
export interface ObjectSize {
  readonly model: string;
  readonly label: string;
  readonly detections: number;
  /** Median of the shorter side, in pixels of the model's input. */
  readonly medianPx: number;
  /** Width of tiles in which they would be large enough, in pixels of the frame; undefined where they are. */
  readonly tileSize?: number;
  /** How many tiles of that size cover what the model sees of a frame: each costs one inference. */
  readonly tiles?: number;
}

/** Objects of fewer pixels are often missed, or given the wrong label (decision 0104). */
const FEW_PX = 16;
const WANTED_PX = 24;
/** Fewer detections say little. */
const LEAST_DETECTIONS = 20;
/** Tiles smaller than this fraction of the model's input show no more than the frame has. */
const LEAST_TILE = 0.5;

/** Sizes of what the models of one camera detected in a recording; second stages see crops, and are left out. */
export function objectSizes(
  camera: CameraConfig,
  models: readonly LineModel[],
  inspections: readonly Inspection[],
): readonly ObjectSize[] {
  return assignmentsOf(camera, models).flatMap((use) => {
    const model = models.find(({ id }) => id === use.model);
    if (model?.state !== 'found' || use.secondStage !== undefined) return [];
    const { input } = model.spec.manifest;
    const sides = new Map<string, { shown: number; own: number }[]>();
    let picture: PictureSize | undefined;
    for (const { frame, model: by, result } of inspections) {
      if (by !== use.model || result.status === 'no_result') continue;
      const scale = inputScale(use, input, frame);
      picture = frame;
      for (const { box, label, score } of result.detections) {
        if (score < leastScoreOf(model.threshold, label)) continue;
        const own = Math.min(box[2] - box[0], box[3] - box[1]);
        const known = sides.get(label);
        if (known === undefined) sides.set(label, [{ shown: own * scale, own }]);
        else known.push({ shown: own * scale, own });
      }
    }
    return [...sides]
      .filter(([, seen]) => seen.length >= LEAST_DETECTIONS)
      .map(([label, seen]) => {
        const { shown, own } = seen.toSorted((a, b) => a.shown - b.shown)[Math.floor(seen.length / 2)] ?? NOTHING;
        const size = { model: use.model, label, detections: seen.length, medianPx: Math.round(shown) };
        if (shown >= FEW_PX || picture === undefined) return size;
        return { ...size, ...tilesFor(own, use, model.spec.manifest, picture) };
      });
  });
}

const NOTHING = { shown: 0, own: 0 };

/** Pixels of the model's input per pixel of the frame. */
function inputScale({ tiles, region }: ModelAssignment, input: PictureSize, frame: PictureSize): number {
  if (tiles !== undefined) return input.width / tiles.size;
  const seen = region === undefined ? frame : regionRect(region, frame);
  return Math.min(input.width / seen.width, input.height / seen.height);
}

/** Tiles, of a width that is a multiple of 16, that show an object of `own` pixels large enough, and how many it takes. */
function tilesFor(
  own: number,
  use: ModelAssignment,
  manifest: ModelManifest,
  picture: PictureSize,
): { readonly tileSize: number; readonly tiles: number } {
  const { width } = manifest.input;
  const wanted = Math.floor((own * width) / WANTED_PX / 16) * 16;
  const size = Math.max(wanted, Math.ceil(LEAST_TILE * width));
  const overlap = use.tiles?.overlap ?? TILE_OVERLAP;
  return { tileSize: size, tiles: tilesOf({ ...use, tiles: { size, overlap } }, manifest, picture) };
}
