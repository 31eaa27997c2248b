import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { CATALOG_DIR, importedDir, type ModelHandle, resolveModel } from '@lineside/models';
import type { DegradedReason, Detection, PictureSize, InferenceOutput } from '../../domain/index.ts';
import {
  deriveManifest,
  describeModel,
  type ModelManifest,
  type ModelSpec,
  OnnxSession,
  type SessionFacts,
} from '../../inference/index.ts';
import { systemCode } from '@lineside/kit';
import { UsageError } from '../errors.ts';

export interface DetectorRequest {
  /** Catalog id, folder of a bundle, or ONNX file. */
  readonly ref: string;
  readonly cwd: string;
  /** Data folder with imported models. */
  readonly dataDir?: string;
  /** Whether outlines and anomaly maps are wanted; not, when left out. */
  readonly masks?: boolean;
  readonly maps?: boolean;
  /** Instead of the manifest's threshold, 0 to 1. */
  readonly score?: number;
  /** For an ONNX file: a file with one label per line, or labels with commas between. */
  readonly labels?: string;
}

/** What a model says of one picture. */
export type Answer =
  | ({ readonly status: 'ok' } & InferenceOutput)
  | ({ readonly status: 'degraded'; readonly reason: DegradedReason } & InferenceOutput)
  | { readonly status: 'no_result'; readonly reason: string; readonly detections: readonly Detection[] };

/** A loaded model, for pictures one after the other. */
export interface Detector {
  readonly spec: ModelSpec;
  readonly facts: SessionFacts;
  /** `pixels` as the manifest wants them; they are copied. */
  look(pixels: Uint8Array, source: PictureSize): Promise<Answer>;
  close(): Promise<void>;
}

const LOOK_DEADLINE_MS = 60_000;

/** Finds, verifies and loads a model. Throws ModelError, InferenceError, UsageError. */
export async function openDetector(request: DetectorRequest, signal: AbortSignal): Promise<Detector> {
  return startSession(await findSpec(request, signal), signal);
}

/** Finds and verifies a model without loading it. Throws as `openDetector` does. */
export async function findSpec(request: DetectorRequest, signal: AbortSignal): Promise<ModelSpec> {
  const handle = await resolveModel(request.ref, {
    catalogDir: CATALOG_DIR,
    baseDir: request.cwd,
    ...(request.dataDir === undefined ? {} : { importedDir: importedDir(request.dataDir) }),
  });
  return specOf(handle, request, signal);
}

/** What the inference room needs to know of a model that was found. */
async function specOf(handle: ModelHandle, request: DetectorRequest, signal: AbortSignal): Promise<ModelSpec> {
  const { id, onnxPath: path, sha256 } = handle;
  const manifest = handle.manifest ?? (await derive(handle, request, signal));
  if (handle.manifest !== undefined && request.labels !== undefined) {
    throw new UsageError('--labels is for an .onnx file; this bundle has its own', 'leave --labels out');
  }
  const { masks = false, maps = false } = request;
  return { id, path, sha256, manifest, masks, maps, ...(request.score === undefined ? {} : { score: request.score }) };
}

async function derive(
  { onnxPath, labels: named }: ModelHandle,
  request: DetectorRequest,
  signal: AbortSignal,
): Promise<ModelManifest> {
  const labels = request.labels === undefined ? named : await readLabels(request.labels, request.cwd);
  return deriveManifest(await describeModel(onnxPath, signal), labels);
}

async function readLabels(text: string, cwd: string): Promise<readonly string[]> {
  const split = (all: string, by: RegExp): readonly string[] => all.split(by).flatMap((label) => label.trim() || []);
  try {
    return split(await readFile(resolve(cwd, text), 'utf8'), /\r?\n/);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (text.includes('/')) throw new UsageError(`--labels ${text}: there is no such file`, 'write labels as a,b,c');
    return split(text, /,/);
  }
}

/** Loads a model and proves it by an inference. */
export async function startSession(spec: ModelSpec, signal: AbortSignal): Promise<Detector> {
  const session = new OnnxSession(spec);
  const facts = await session.start(signal);
  let scratch = new Uint8Array(0);
  return {
    spec,
    facts,
    look: async (pixels, source) => {
      // The session takes the buffer away; the frame's own belongs to the reader.
      if (scratch.length !== pixels.length) scratch = new Uint8Array(pixels.length);
      scratch.set(pixels);
      const answer = await session.infer(scratch, source, LOOK_DEADLINE_MS);
      scratch = answer.pixels;
      const { seen, failure } = answer;
      if (seen === undefined) {
        return { status: 'no_result', reason: failure?.reason ?? 'inference_error', detections: [] };
      }
      if (spec.manifest.degraded !== undefined) return { status: 'degraded', reason: 'suspect_scores', ...seen };
      if (facts.fallback) return { status: 'degraded', reason: 'fallback_provider', ...seen };
      return { status: 'ok', ...seen };
    },
    close: async () => {
      await session.close();
    },
  };
}
