import { CATALOG_DIR, importedDir, type ModelHandle, resolveModel } from '@lineside/models';
import type { DegradedReason, Detection, PictureSize, InferenceOutput } from '../domain/index.ts';
import { deriveManifest, describeModel, type ModelSpec, OnnxSession, type SessionFacts } from '../inference/index.ts';
import { PredictorError } from './errors.ts';
import { type Session, SessionProcess } from './session-process.ts';

/** Where a model is looked for. */
export interface ModelReference {
  /** Catalog id, folder of a bundle, or ONNX file. */
  readonly ref: string;
  /** Absolute folder that a relative `ref` starts from. */
  readonly cwd: string;
  /** Data folder with imported models. */
  readonly dataDir?: string;
}

export interface SpecOptions {
  /** Labels of an ONNX file without a manifest, in the order of its outputs. */
  readonly labels?: readonly string[];
  /** Instead of the manifest's threshold, 0 to 1. */
  readonly score?: number;
  /** Whether masks and anomaly maps are returned; false by default, because they cost time. */
  readonly masks?: boolean;
  readonly maps?: boolean;
}

/** What a model predicts for one frame or image. */
export type Prediction =
  | ({ readonly status: 'ok' } & InferenceOutput)
  | ({ readonly status: 'degraded'; readonly reason: DegradedReason } & InferenceOutput)
  | { readonly status: 'no_result'; readonly reason: string; readonly detections: readonly Detection[] };

/** A loaded model, for one image after the other. */
export interface Predictor {
  readonly spec: ModelSpec;
  readonly facts: SessionFacts;
  /** `pixels` in the form that the manifest asks for; they are copied. */
  predict(pixels: Uint8Array, source: PictureSize): Promise<Prediction>;
  /** Most memory that its process had so far, bytes; undefined where it is not known. */
  peakBytes(): Promise<number | undefined>;
  close(): Promise<void>;
}

const PREDICT_DEADLINE_MS = 60_000;

/** Locates a model and verifies its files, without loading it. Throws ModelError. */
export function findModel({ ref, cwd, dataDir }: ModelReference): Promise<ModelHandle> {
  return resolveModel(ref, {
    catalogDir: CATALOG_DIR,
    baseDir: cwd,
    ...(dataDir === undefined ? {} : { importedDir: importedDir(dataDir) }),
  });
}

/** How a model that was found is run. Throws PredictorError where labels are given for a bundle that has its own. */
export async function specOf(
  handle: ModelHandle,
  { labels, score, masks = false, maps = false }: SpecOptions,
  signal: AbortSignal,
): Promise<ModelSpec> {
  const { id, onnxPath: path, sha256, manifest } = handle;
  if (manifest !== undefined && labels !== undefined) {
    throw new PredictorError('labels_not_accepted', `${id} has labels of its own`, 'give labels for .onnx files only');
  }
  return {
    id,
    path,
    sha256,
    manifest: manifest ?? deriveManifest(await describeModel(path, signal), labels ?? handle.labels),
    masks,
    maps,
    ...(score === undefined ? {} : { score }),
  };
}

/**
 * Loads a model and proves it by one inference. A model of unknown origin gets a process of its own, which is killed
 * where it hangs. Throws InferenceError.
 */
export async function openPredictor(
  spec: ModelSpec,
  signal: AbortSignal,
  place: 'thread' | 'process' = 'thread',
): Promise<Predictor> {
  const session: Session = place === 'thread' ? new OnnxSession(spec) : new SessionProcess(spec);
  const facts = await session.start(signal).catch(async (error: unknown) => {
    await session.close();
    throw error;
  });
  let scratch = new Uint8Array(0);
  return {
    spec,
    facts,
    predict: async (pixels, source) => {
      // The session takes the buffer away; the frame's own buffer belongs to its reader.
      if (scratch.length !== pixels.length) scratch = new Uint8Array(pixels.length);
      scratch.set(pixels);
      const answer = await session.infer(scratch, source, PREDICT_DEADLINE_MS);
      scratch = answer.pixels;
      const { seen, failure } = answer;
      if (seen === undefined) {
        return { status: 'no_result', reason: failure?.reason ?? 'inference_error', detections: [] };
      }
      if (spec.manifest.degraded !== undefined) return { status: 'degraded', reason: 'suspect_scores', ...seen };
      if (facts.fallback) return { status: 'degraded', reason: 'fallback_provider', ...seen };
      return { status: 'ok', ...seen };
    },
    peakBytes: async () => session.peakBytes?.(),
    close: async () => {
      await session.close();
    },
  };
}
