import { join } from 'node:path';
import type { ModelSpec } from '../../edge/src/inference/index.ts';
import { findModel, specOf } from '../../edge/src/predictor/index.ts';
import { type Sightings, sightingsOf } from './twin-shadow.ts';
import { type Worse, writeWorsened } from './worsened.ts';

/** A model that is worse than the shipped one: by its weights, or by a least score that leaves out what it should see. */
export type WorseModel = Worse | { readonly kind: 'threshold'; readonly score: number };

/** The model for defects that ships. */
export async function shippedModel(signal: AbortSignal): Promise<ModelSpec> {
  return specOf(await findModel({ ref: 'defect', cwd: '/', dataDir: '/' }), {}, signal);
}

export function sightingsOfShipped(model: ModelSpec, film: string, signal: AbortSignal): Promise<Sightings> {
  return sightingsOf(model, film, signal);
}

/** What a worse model sees in the film; its file is written into `folder`. */
export async function sightingsOfWorse(
  model: ModelSpec,
  worse: WorseModel,
  { film, folder }: { readonly film: string; readonly folder: string },
  signal: AbortSignal,
): Promise<Sightings> {
  if (worse.kind === 'threshold') return sightingsOf({ ...model, score: worse.score }, film, signal);
  const path = join(folder, `worse-${worse.kind}.onnx`);
  await writeWorsened(model.path, path, worse);
  return sightingsOf({ ...model, path }, film, signal);
}
