import { CATALOG_DIR, type ModelHandle, ModelError, type ModelPlaces, resolveModel } from '@lineside/models';
import type { ModelConfig } from '../../config/index.ts';
import { deriveManifest, describeModel, InferenceError, type ModelSpec } from '../../inference/index.ts';
import { openPredictor, type Predictor } from '../../predictor/index.ts';
import type { Check } from '../check.ts';
import { type CheckFinding, derived, found, ok } from '../finding.ts';
import { releaseFindings } from './model-release.ts';
import { goldenFindings, secondsPerImage } from './model-self-test.ts';

/** Where a model is meant to run, and the TensorRT engine that is built for it. */
export type ModelRuntime = Pick<ModelSpec, 'expect' | 'engine'>;

export interface ModelTools {
  readonly places: Omit<ModelPlaces, 'catalogDir'>;
  readonly dataDir: string;
  readonly runtime?: ModelRuntime;
  /** Images a second that the cameras want of it, all together. */
  readonly neededPerS?: number;
}

/** One model: found, complete, right on its golden images, and fast enough on this machine. */
export function modelCheck(model: ModelConfig, { places, dataDir, runtime = {}, neededPerS = 0 }: ModelTools): Check {
  const subject = model.id;
  return {
    name: 'model',
    subject,
    deadlineMs: 120_000,
    run: async (signal) => {
      try {
        const handle = await resolveModel(model.ref, { catalogDir: CATALOG_DIR, ...places });
        const { id, onnxPath: path, sha256 } = handle;
        const manifest = handle.manifest ?? deriveManifest(await describeModel(path, signal), handle.labels);
        const predictor = await openPredictor({ id, path, sha256, manifest, ...runtime }, signal);
        try {
          return await examined(handle, predictor, { subject, neededPerS, dataDir }, signal);
        } finally {
          await predictor.close();
        }
      } catch (error) {
        if (error instanceof ModelError)
          return error.problems.map((problem) => fileFinding(problem, subject, model.ref));
        if (!(error instanceof InferenceError)) throw error;
        const { code, message, advice } = error;
        return [derived('model', { code, message, advice }, { subject })];
      }
    },
  };
}

/** Loading, the golden images and a few inferences prove more than a list of requirements. */
async function examined(
  handle: ModelHandle,
  predictor: Predictor,
  { subject, neededPerS, dataDir }: { readonly subject: string; readonly neededPerS: number; readonly dataDir: string },
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  const changed = await releaseFindings(handle, dataDir, subject);
  const wrong = await goldenFindings(handle, predictor, subject, signal);
  const perImageS = await secondsPerImage(predictor);
  const golden = handle.manifest?.golden.length ?? 0;
  const { provider, expected, reason, fallback } = predictor.facts;
  const proof = golden === 0 ? 'it has no golden images' : `${golden} golden images`;
  const origin = changed === undefined ? 'not from a release' : 'files as they were signed';
  const text = `${handle.onnxPath} (SHA-256 ${handle.sha256.slice(0, 12)}...) runs on ${provider}, ${(perImageS * 1000).toFixed(1)} ms an image; ${proof}; ${origin}`;
  const troubles = [...(changed ?? []), ...wrong, ...slowFindings(perImageS, neededPerS, subject)];
  if (fallback) troubles.push(found('model_fallback', `${text}, but ${expected} is expected: ${reason}`, { subject }));
  return troubles.length > 0 ? troubles : [ok('model', text, subject)];
}

function slowFindings(perImageS: number, neededPerS: number, subject: string): CheckFinding[] {
  if (perImageS * neededPerS <= 1) return [];
  const text = `${(1 / perImageS).toFixed(1)} images a second alone, and the cameras want ${neededPerS.toFixed(1)}`;
  return [found('model_too_slow', text, { subject })];
}

function fileFinding(problem: ModelError['problems'][number], subject: string, ref: string): CheckFinding {
  const { code, where, advice } = problem;
  return derived('model', { code, message: `${where === '' ? ref : where}: ${problem.message}`, advice }, { subject });
}
