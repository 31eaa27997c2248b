import { z } from 'zod';
import type { Immutable } from '../fields/index.ts';
import { definitionOf, placeOf } from '../rules/index.ts';
import { ConfigSchema } from './schema.ts';

type Decoded = z.output<typeof ConfigSchema>;

/**
 * A configuration that was checked and completed. `models` has every model that is declared or used by a camera: one
 * that only the catalog has is its own `ref`.
 */
export type Config = Immutable<Decoded> & { readonly line: string };

export type CameraConfig = Config['cameras'][number];
export type ZoneConfig = CameraConfig['zones'][number];
export type ModelAssignment = CameraConfig['models'][number];
export type StageConfig = CameraConfig['stages'][number];
export type ModelConfig = Config['models'][number];
export type RuleConfig = Config['rules'][number];
export type OutputConfig = Config['outputs'][number];
export type FeedConfig = Config['feeds'][number];
export type RecipeConfig = Config['recipes'][number];
export type UplinkConfig = NonNullable<Config['uplink']>;
export type StorageConfig = Config['storage'];
export type InferenceConfig = Config['inference'];

/** Fills in what depends on more than one key, and does not change what it is given. */
export function completeConfig(decoded: Decoded): Config {
  const file = decoded as Immutable<Decoded>;
  const declared = new Set(file.models.map((model) => model.id));
  const fromCatalog = [...new Set(file.cameras.flatMap(modelIdsOf))].filter((id) => !declared.has(id));
  return {
    ...file,
    line: file.line ?? file.device,
    models: [...file.models, ...fromCatalog.map((id) => ({ id, ref: id }))],
  };
}

/** Every model that gives results for a camera, those of its second stages included. */
export function modelIdsOf(camera: Pick<CameraConfig, 'models' | 'stages'>): readonly string[] {
  return [...camera.models.map(({ id }) => id), ...camera.stages.map(({ model }) => model)];
}

/** Models of a camera whose products have regions that rules read, each once. */
export function readingModelsOf({ rules }: Pick<Config, 'rules'>, camera: string): readonly string[] {
  const reading = rules.filter((rule) => rule.camera === camera && definitionOf(rule.type)?.readsRegions === true);
  return [...new Set(reading.flatMap((rule) => placeOf(rule).model ?? []))].toSorted();
}

/** The configuration in the form of its file, defaults included. Secrets are their references or `***`. */
export function toFileForm(config: Config): z.input<typeof ConfigSchema> {
  // Encoding reads only: the cast takes `readonly` away.
  return z.encode(ConfigSchema, config as Decoded);
}
