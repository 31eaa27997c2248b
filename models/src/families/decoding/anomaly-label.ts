import { letterbox, type PictureSize, type InferenceOutput } from '../../output/index.ts';
import { contentOf, type ScoreMap } from './content.ts';
import type { DecoderOptions } from './decoder.ts';
import { maskOf } from './masks.ts';
import { imageLevelDetection } from './image-level.ts';

/** The label of a frame that differs from the images that the model learned from. */
const LABEL = 'anomaly';

export interface AnomalyScore {
  /** The model's own score; the map's greatest value within the frame when left out. */
  readonly score?: number;
  /** Over the complete input, bars included. */
  readonly map?: ScoreMap;
}

/**
 * The output for a score and a map. A model's scores have any scale; the detection's is scaled so that
 * `options.threshold` equals the manifest's score threshold.
 */
export function anomalyOutput(
  { score, map }: AnomalyScore,
  options: DecoderOptions,
  source: PictureSize,
): InferenceOutput {
  const { input, output, thresholds, taught } = options.manifest;
  const fit = letterbox(source, input, input.letterbox.anchor);
  const content = map === undefined ? undefined : contentOf(map, fit, input);
  const own = score ?? content?.values.reduce((most, value) => Math.max(most, value), Number.NEGATIVE_INFINITY) ?? 0;
  const { threshold, pixelThreshold } = output.options ?? {};
  const unit = threshold === undefined || threshold <= 0 ? 1 : thresholds.score / threshold;
  const shown = own * unit;
  const watching = taught?.state === 'watching';
  const anomaly = {
    score: own,
    ...(taught === undefined ? {} : { limit: taught.mads }),
    ...(watching ? { watching } : {}),
    ...(options.maps && content !== undefined ? { map: content } : {}),
  };
  if (watching || !(shown >= options.score)) return { detections: [], anomaly };
  const detection = imageLevelDetection(LABEL, Math.max(0, options.manifest.labels.indexOf(LABEL)), shown, source);
  if (map === undefined || pixelThreshold === undefined || !options.masks) return { detections: [detection], anomaly };
  const above = { ...map, values: map.values.map((value) => value - pixelThreshold) };
  return { detections: [{ ...detection, mask: maskOf(above, detection.box, { fit, input, source }) }], anomaly };
}
