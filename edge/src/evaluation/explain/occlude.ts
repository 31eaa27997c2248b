import { type Detection, letterbox, type InferenceOutput } from '../../domain/index.ts';
import { type HeatMap, Occlusion, paintOver, remaining } from './occlusion.ts';
import type { Clock } from '@lineside/kit';
import type { Predictor, StillPicture } from '../../predictor/index.ts';
import type { OnProgress } from '../progress.ts';

/** The prediction that is explained, and how much of it remains in another prediction. */
export interface Target {
  readonly label: string;
  readonly score: number;
  /** The object; left out where the prediction is about the entire image. */
  readonly object?: Detection;
  readonly left: (seen: InferenceOutput) => number;
}

/** A detection as the target of an explanation. */
export function boxTarget(object: Detection): Target {
  const { label, score } = object;
  return { label, score, object, left: ({ detections }) => remaining(object, detections) };
}

export interface OccludeOptions {
  readonly predictor: Predictor;
  /** In the form of the model's input. */
  readonly still: StillPicture;
  readonly target: Target;
  /** Cells along the longer side, at most. */
  readonly grid: number;
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly onProgress?: OnProgress;
  readonly signal: AbortSignal;
}

export interface Occluded {
  readonly heat: HeatMap;
  /** Cells along the longer side, as many as the time allowed. */
  readonly grid: number;
  readonly looks: number;
  /** The time limit was reached before every cell was covered. */
  readonly cutShort: boolean;
  /** Largest drop of the score by one patch. */
  readonly mostDrop: number;
}

const LEAST_GRID = 4;

/** Covers one patch of the image after the other, on a coarser grid where the requested one would take too long. */
export async function occlude(options: OccludeOptions): Promise<Occluded> {
  const { predictor, still, target, budgetMs, clock, onProgress, signal } = options;
  const { input } = predictor.spec.manifest;
  const fit = letterbox(still.size, input, input.letterbox.anchor);
  const startedMs = clock.monoMs();
  await predictor.predict(still.pixels, still.size);
  const lookMs = Math.max(1, clock.monoMs() - startedMs);
  let grid = options.grid;
  let occlusion = new Occlusion(fit, grid);
  while (occlusion.patches.length * lookMs > budgetMs && grid > LEAST_GRID) {
    grid -= 1;
    occlusion = new Occlusion(fit, grid);
  }
  const scratch = new Uint8Array(still.pixels.length);
  let looks = 0;
  let mostDrop = 0;
  for (const patch of occlusion.patches) {
    signal.throwIfAborted();
    if (clock.monoMs() - startedMs > 2 * budgetMs) break;
    scratch.set(still.pixels);
    paintOver(scratch, input.width, patch, input.letterbox.fill);
    const answer = await predictor.predict(scratch, still.size);
    // Without a result nothing is known about the patch.
    if (answer.status !== 'no_result') {
      const drop = target.score - target.left(answer);
      occlusion.add(patch, drop);
      mostDrop = Math.max(mostDrop, drop);
    }
    looks += 1;
    onProgress?.(looks, occlusion.patches.length);
  }
  return { heat: occlusion.heat, grid, looks, cutShort: looks < occlusion.patches.length, mostDrop };
}
