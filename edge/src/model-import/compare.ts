import type { GoldenExpectation, Manifest } from '@lineside/models';
import type { ModelSpec } from '../inference/index.ts';
import { type Prediction, openPredictor } from '../predictor/index.ts';
import { exchanged } from './inputs.ts';
import type { TrialFrame } from './images.ts';

/** Allowed differences between two runs of one model: rounding, resampling, another provider. */
const TOLERANCE = { score: 0.02, pixels: 1.5 } as const;

/** Predictions of a model for frames of RGB pixels, whatever its channel order is. Throws InferenceError. */
export async function predictionsFor(
  spec: ModelSpec,
  frames: readonly TrialFrame[],
  signal: AbortSignal,
): Promise<readonly Prediction[]> {
  const turned = spec.manifest.input.color === 'bgr';
  const predictor = await openPredictor(spec, signal);
  try {
    const answers: Prediction[] = [];
    for (const { pixels, source } of frames) {
      answers.push(await predictor.predict(turned ? exchanged(pixels) : pixels, source));
    }
    return answers;
  } finally {
    await predictor.close();
  }
}

export function expectationOf({ detections }: Prediction): GoldenExpectation {
  const rounded = (value: number, digits: number): number => Number(value.toFixed(digits));
  return {
    detections: detections.map(({ label, score, box }) => {
      const [x1, y1, x2, y2] = box;
      return { label, score: rounded(score, 4), box: [rounded(x1, 2), rounded(y1, 2), rounded(x2, 2), rounded(y2, 2)] };
    }),
    tolerance: { ...TOLERANCE },
  };
}

/** Whether a prediction has the expected detections, each once; one at the threshold may be missing or added. */
export function agrees({ detections, tolerance }: GoldenExpectation, answer: Prediction, threshold: number): boolean {
  const left = [...answer.detections];
  const sure = (score: number): boolean => score > threshold + tolerance.score;
  for (const wanted of detections) {
    const at = left.findIndex(
      ({ label, score, box }) =>
        label === wanted.label &&
        Math.abs(score - wanted.score) <= tolerance.score &&
        box.every((value, i) => Math.abs(value - (wanted.box[i] ?? 0)) <= tolerance.pixels),
    );
    if (at >= 0) left.splice(at, 1);
    else if (sure(wanted.score)) return false;
  }
  return !left.some(({ score }) => sure(score));
}

/** How the inference module runs a manifest's model at `path`. */
export function specOf(manifest: Manifest, path: string): ModelSpec {
  const degraded = manifest.degraded === undefined ? {} : { degraded: true };
  return { id: manifest.id, path, sha256: manifest.sha256, manifest, ...degraded };
}
