import { type Clock, writeFileAtomic } from '@lineside/kit';
import { probeFfmpeg } from '../../camera/index.ts';
import {
  type Anomaly,
  type Box,
  type Detection,
  type InferenceOutput,
  leastScoreOf,
  type PictureSize,
} from '../../domain/index.ts';
import type { ModelManifest, ModelSpec } from '../../inference/index.ts';
import { firstFrame, openPredictor, taskOf } from '../../predictor/index.ts';
import { ExplanationError } from '../errors.ts';
import type { OnProgress } from '../progress.ts';
import { boxTarget, occlude, type OccludeOptions, type Target } from './occlude.ts';
import type { HeatMap } from './occlusion.ts';

export interface ExplanationTask {
  readonly spec: ModelSpec;
  /** Absolute path of an image, or of a video whose first frame is taken. */
  readonly image: string;
  /** Absolute path of the PNG to write. */
  readonly out: string;
  /** The best detection with this label is explained; the best of all when left out. */
  readonly label?: string;
  /** Cells along the longer side, at most. */
  readonly grid: number;
  /** Time that occlusion should take at most; a coarser grid is chosen to keep it. */
  readonly budgetMs: number;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly onProgress?: OnProgress;
}

export interface Explanation {
  readonly label: string;
  readonly score: number;
  /** It is explained, but it would not count in service. */
  readonly belowThreshold: boolean;
  /** Of the object, in pixels of the image; left out where the prediction is about the entire image. */
  readonly box?: Box;
  readonly method: 'map' | 'occlusion';
  /** By occlusion: cells along the longer side, runs of the model, and the largest drop of the score. */
  readonly grid?: number;
  readonly looks?: number;
  readonly mostDrop?: number;
  /** The time ran out before every cell was covered. */
  readonly cutShort?: boolean;
  /** Centre of the hottest cell, in pixels of the image. */
  readonly hottest: readonly [x: number, y: number];
}

/** A prediction is followed down to here while parts of the image are covered. */
const LEAST_SCORE = 0.01;

/**
 * Explains what a prediction is based on and writes a heat map over the image. Throws ExplanationError where there is
 * no prediction to explain, PredictorError for an unreadable image.
 */
export async function explainPrediction(task: ExplanationTask): Promise<Explanation> {
  const { spec, image, label, grid, budgetMs, clock, signal, onProgress } = task;
  const capabilities = await probeFfmpeg('ffmpeg', signal);
  const still = { path: image, capabilities, signal };
  const input = await firstFrame({ ...still, input: spec.manifest.input });
  const original = await firstFrame(still);
  const predictor = await openPredictor({ ...spec, score: LEAST_SCORE, maps: true, masks: false }, signal, 'process');
  try {
    const prediction = await predictor.predict(input.pixels, input.size);
    if (prediction.status === 'no_result') {
      const message = `${spec.id} gives no result on ${image}: ${prediction.reason}`;
      throw new ExplanationError('no_result', message, 'lineside doctor');
    }
    const target = targetOf(prediction, spec.manifest, label);
    const means = { predictor, still: input, target, grid, budgetMs, clock, signal };
    const reason = await reasonFor(prediction, spec.manifest, { ...means, ...(onProgress && { onProgress }) });
    await save(task.out, { ...original, heat: reason.heat, target });
    return { ...factsOf(target, spec), ...reason.facts, hottest: hottest(reason.heat, original.size) };
  } finally {
    await predictor.close();
  }
}

function factsOf(
  { label, score, object }: Target,
  { manifest }: ModelSpec,
): Pick<Explanation, 'label' | 'score' | 'belowThreshold' | 'box'> {
  const belowThreshold = object !== undefined && score < leastScoreOf(manifest.thresholds, label);
  return { label, score, belowThreshold, ...(object === undefined ? {} : { box: object.box }) };
}

/** The prediction that is explained. Throws ExplanationError `nothing_found` where there is none. */
function targetOf(seen: InferenceOutput, manifest: ModelManifest, label: string | undefined): Target {
  const { anomaly, classes, detections } = seen;
  switch (taskOf(manifest)) {
    case 'anomaly':
      return { label: 'anomaly', score: anomaly?.score ?? 0, left: (now) => now.anomaly?.score ?? 0 };
    case 'classify': {
      const named = classes?.find((candidate) => label === undefined || candidate.label === label);
      if (named === undefined) throw nothingFound(label);
      const left: Target['left'] = (now) => now.classes?.find((other) => other.label === named.label)?.score ?? 0;
      return { label: named.label, score: named.score, left };
    }
    case 'detect': {
      const [best] = detections.filter((found) => label === undefined || found.label === label).sort(byScore);
      if (best === undefined) throw nothingFound(label);
      return boxTarget(best);
    }
  }
}

function byScore(a: Detection, b: Detection): number {
  return b.score - a.score;
}

function nothingFound(label: string | undefined): ExplanationError {
  const message = `the model detects ${label === undefined ? 'nothing' : `no ${label}`} in this image`;
  return new ExplanationError('nothing_found', message, 'choose an image in which it does');
}

interface Reason {
  readonly heat: HeatMap;
  readonly facts: Pick<Explanation, 'method' | 'grid' | 'looks' | 'mostDrop' | 'cutShort'>;
}

async function reasonFor(seen: InferenceOutput, manifest: ModelManifest, options: OccludeOptions): Promise<Reason> {
  const map = seen.anomaly?.map;
  if (map !== undefined) return { heat: heatOf(map, manifest), facts: { method: 'map' } };
  const { heat, grid, looks, mostDrop, cutShort } = await occlude(options);
  return { heat, facts: { method: 'occlusion', grid, looks, mostDrop, cutShort } };
}

/** The pixel threshold is the middle of the scale; without one the scale is that of this image. */
function heatOf(map: NonNullable<Anomaly['map']>, { output }: ModelManifest): HeatMap {
  const { pixelThreshold } = output.options ?? {};
  const own = pixelThreshold === undefined || pixelThreshold <= 0;
  const least = own ? map.values.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY) : 0;
  const most = own ? map.values.reduce((a, b) => Math.max(a, b), least) : 2 * pixelThreshold;
  return { ...map, values: map.values.map((value) => (most > least ? (value - least) / (most - least) : 0)) };
}

async function save(
  path: string,
  drawing: { readonly pixels: Uint8Array; readonly size: PictureSize; readonly heat: HeatMap; readonly target: Target },
): Promise<void> {
  const { pixels, size, heat, target } = drawing;
  // Loaded here, because the image library is large and only some callers draw.
  const { drawHeat } = await import('../../vision/index.ts');
  const text = `${target.label} ${target.score.toFixed(2)}`;
  const overlays = target.object === undefined ? [] : [{ box: target.object.box, text, colour: 'plain' as const }];
  await writeFileAtomic(path, await drawHeat({ pixels, size, heat, overlays }), { mode: 0o644 });
}

function hottest({ width, height, values }: HeatMap, size: PictureSize): readonly [x: number, y: number] {
  const at = values.reduce((best, value, index) => (value > (values[best] ?? 0) ? index : best), 0);
  const x = (((at % width) + 0.5) * size.width) / width;
  return [Math.round(x), Math.round(((Math.floor(at / width) + 0.5) * size.height) / height)];
}
