import { isDeepStrictEqual } from 'node:util';
import {
  CATALOG_DIR,
  importedDir,
  ModelError,
  type ModelHandle,
  type ModelPlaces,
  resolveModel,
} from '@lineside/models';
import type { Config, LoadedConfig, ModelConfig } from '../config/index.ts';
import { type LeastScores, mapScores, type ModelStatus } from '../domain/index.ts';
import { describeModel, deriveManifest, type ModelManifest, type ModelSpec } from '../inference/index.ts';
import { taskOf } from '../predictor/index.ts';
import { LinesideError, type Logger, messageOf } from '@lineside/kit';

/** A configured model that can be run. */
interface FoundModel {
  readonly state: 'found';
  readonly id: string;
  readonly spec: ModelSpec;
  readonly threshold: LeastScores;
  /** Of its bundle; absent for a bare ONNX file. */
  readonly version?: string;
  /** Why it is only a demonstration; absent once the site has proven it. */
  readonly demonstration?: string;
}

/** A configured model: what the vision process needs to run it, or why it cannot be run. */
export type LineModel =
  | FoundModel
  | ({ readonly state: 'refused'; readonly id: string } & NonNullable<ModelStatus['error']>);

const DESCRIBE_MS = 20_000;

/**
 * Looks up and verifies every model of the configuration. One that cannot be had does not stop the others: its cameras
 * are inspected by the rest, and what is missing is reported.
 */
export async function findModels(config: Config, places: FindIn): Promise<readonly LineModel[]> {
  return Promise.all(config.models.map((model) => findModel(model, places)));
}

/** Models that were found for another configuration. */
export interface KnownModels {
  readonly config: Config;
  readonly models: readonly LineModel[];
}

/** The models of a line; those of `known` that are configured as before are not read again. Logs what is refused. */
export async function lineModels(
  { config, baseDir }: LoadedConfig,
  { dataDir, logger }: { readonly dataDir: string; readonly logger: Logger },
  known?: KnownModels,
): Promise<readonly LineModel[]> {
  const places = { baseDir, importedDir: importedDir(dataDir) };
  return Promise.all(
    config.models.map(async (model) => {
      const before = known?.config.models.find(({ id }) => id === model.id);
      const kept = known?.models.find(({ id }) => id === model.id);
      if (kept !== undefined && isDeepStrictEqual(before, model)) return kept;
      const found = await findModel(model, places);
      if (found.state === 'refused') {
        const { id, code, message, advice } = found;
        logger.error({ model: id, code, advice }, message);
      }
      return found;
    }),
  );
}

/** Where models are searched, beside the catalog. */
export type FindIn = Omit<ModelPlaces, 'catalogDir'>;

/** Looks up and verifies one model. */
export async function findModel(model: ModelConfig, places: FindIn): Promise<LineModel> {
  const { id } = model;
  try {
    const handle = await resolveModel(model.ref, { catalogDir: CATALOG_DIR, ...places });
    const manifest = await manifestOf(handle);
    const threshold = leastScores(model, manifest.thresholds);
    // The tracker follows what it knows through weak sightings; only those above the threshold begin anything.
    const degraded = handle.manifest?.degraded !== undefined;
    const { score, labels: labelScores } = weakest(threshold);
    const spec = { id, path: handle.onnxPath, sha256: handle.sha256, manifest, score, labelScores, degraded };
    const reason = model.proven === true ? undefined : manifest.demonstration?.reason;
    const version = handle.manifest?.version;
    return {
      ...{ state: 'found', id, spec, threshold },
      ...(version === undefined ? {} : { version }),
      ...(reason === undefined ? {} : { demonstration: reason }),
    };
  } catch (error) {
    const message = messageOf(error);
    if (error instanceof ModelError || error instanceof LinesideError) {
      return { state: 'refused', id, code: error.code, message, advice: error.advice };
    }
    const advice = `see what lineside detect --model ${model.ref} says`;
    return { state: 'refused', id, code: 'model_unusable', message, advice };
  }
}

/** The status of each model that was refused. */
export function refusals(models: readonly LineModel[]): readonly ModelStatus[] {
  return models.flatMap((model) => {
    if (model.state !== 'refused') return [];
    const { id, code, message, advice } = model;
    return [{ model: id, sha256: '', state: 'failed', reason: message, error: { code, message, advice } }];
  });
}

/** Least scores that the decoder passes on, for a model whose detections count from `threshold`. */
export function weakest(threshold: LeastScores): LeastScores {
  return mapScores(threshold, (score) => Math.min(score, Math.max(0.1, score * 0.6)));
}

/** Of the configuration where it says so, otherwise of the manifest; `minScore` counts for every label without its own. */
function leastScores({ minScore, minScores }: ModelConfig, manifest: LeastScores): LeastScores {
  const { score, labels } = minScore === undefined ? manifest : { score: minScore };
  if (minScores === undefined && labels === undefined) return { score };
  return { score, labels: { ...labels, ...minScores } };
}

async function manifestOf(handle: ModelHandle): Promise<ModelManifest> {
  return (
    handle.manifest ??
    deriveManifest(await describeModel(handle.onnxPath, AbortSignal.timeout(DESCRIBE_MS)), handle.labels)
  );
}

/** Whether a model is expected to see something where all is well; one of anomalies is not. False for one that was not found. */
export function reportsObjects(model: LineModel): boolean {
  return model.state === 'found' && taskOf(model.spec.manifest) !== 'anomaly';
}
