import { CATALOG_DIR, type ModelHandle, ModelError, type ModelPlaces, resolveModel } from '@lineside/models';
import type { ModelConfig } from '../config/index.ts';
import { deriveManifest, describeModel, InferenceError, type ModelSpec } from '../inference/index.ts';
import { openPredictor } from '../predictor/index.ts';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';

/** Where a model is meant to run, and the TensorRT engine that is built for it. */
export type ModelRuntime = Pick<ModelSpec, 'expect' | 'engine'>;

const NOT_INSPECTED = 'no camera is inspected by this model';

/** One model: found, complete, and able to run on this machine. */
export function modelCheck(
  model: ModelConfig,
  places: Omit<ModelPlaces, 'catalogDir'>,
  runtime: ModelRuntime = {},
): Check {
  const subject = model.id;
  return {
    name: 'model',
    subject,
    deadlineMs: 120_000,
    run: async (signal) => {
      try {
        const handle = await resolveModel(model.ref, { catalogDir: CATALOG_DIR, ...places });
        return await warmUp(handle, subject, runtime, signal);
      } catch (error) {
        if (error instanceof ModelError)
          return error.problems.map((problem) => modelFinding(problem, subject, model.ref));
        if (!(error instanceof InferenceError)) throw error;
        const { code, message, advice } = error;
        return [trouble('failure', { code, subject, message, meaning: NOT_INSPECTED, advice })];
      }
    },
  };
}

/** Loading and one inference prove more than a list of requirements. */
async function warmUp(
  handle: ModelHandle,
  subject: string,
  runtime: ModelRuntime,
  signal: AbortSignal,
): Promise<readonly CheckFinding[]> {
  const { id, onnxPath: path, sha256 } = handle;
  const manifest = handle.manifest ?? deriveManifest(await describeModel(path, signal), handle.labels);
  const predictor = await openPredictor({ id, path, sha256, manifest, ...runtime }, signal);
  await predictor.close();
  const { provider, expected, reason, fallback, warmupMs } = predictor.facts;
  const text = `${path} runs on ${provider}, loaded and tried in ${Math.round(warmupMs)} ms`;
  if (!fallback) return [ok('model', text, subject)];
  return [
    trouble('warning', {
      code: 'model_fallback',
      subject,
      message: `${text}, but ${expected} is expected: ${reason}`,
      meaning: 'the accelerator of this device is not used: fewer frames are inspected, results are marked degraded',
      advice:
        'see scripts/jetson-check and lineside model engines; or set inference.expectedProvider to where models should run',
    }),
  ];
}

function modelFinding(problem: ModelError['problems'][number], subject: string, ref: string): CheckFinding {
  const message = `${problem.where === '' ? ref : problem.where}: ${problem.message}`;
  return trouble('failure', { code: problem.code, subject, message, meaning: NOT_INSPECTED, advice: problem.advice });
}
