import { SecretError, type SecretText } from '@lineside/kit';
import { type CameraConfig, type Config, type LoadedConfig, readingModelsOf } from '../config/index.ts';
import type { HealthLimits } from '../domain/index.ts';
import type { EngineCache } from '../engines/index.ts';
import { isWithoutPrivacy, type PrivacyPlan } from '../privacy/index.ts';
import type { CameraPlan, VisionPlan } from '../vision/index.ts';
import { specsOf } from './engines.ts';
import { assignmentsOf, motionOf, refusedAssignmentsOf } from './model-assignments.ts';
import type { LineModel } from './models.ts';

/** A camera that cannot be opened, because a secret of its URL cannot be read. */
export interface CameraWithoutSecret {
  readonly camera: string;
  readonly error: SecretError;
}

/** What the vision process runs for a configuration. `urls` has the cameras that can be opened, by id. */
export function visionPlan(
  { config }: LoadedConfig,
  models: readonly LineModel[],
  keeper: EngineCache | undefined,
  urls: ReadonlyMap<string, string>,
): VisionPlan {
  return {
    models: specsOf(config, models, keeper),
    cameras: config.cameras
      .filter(({ id }) => urls.has(id))
      .map((camera) => ({
        id: camera.id,
        url: urls.get(camera.id) ?? '',
        transport: camera.transport,
        fps: camera.fps,
        delayMs: camera.delay.ms,
        decoder: camera.decoder,
        models: assignmentsOf(camera, models),
        absent: refusedAssignmentsOf(camera, models),
        mode: 'live',
        loop: camera.loop,
        keyFramesOnly: camera.decode === 'key_frames',
        pictureWidth: camera.pictureWidth,
        ...readsOf(config, camera.id),
        health: healthLimits(camera.health),
        ...(camera.clips === undefined ? {} : { ringBytes: camera.clips.memory.bytes }),
        ...privacyPlan(camera, models),
        ...motionOf(camera),
      })),
  };
}

/** What is covered in the pictures of a camera; nothing where it has no privacy. */
export function privacyPlan(
  { privacy }: Pick<CameraConfig, 'privacy'>,
  models: readonly LineModel[],
): { readonly privacy?: PrivacyPlan } {
  if (privacy === undefined) return {};
  const { hold, ...rest } = privacy;
  const isBlind = blindPrivacy({ privacy }, models) !== undefined;
  const plan: PrivacyPlan = { ...rest, model: isBlind ? undefined : rest.model, holdMs: hold.ms };
  return isWithoutPrivacy(plan) ? {} : { privacy: plan };
}

/** Labels that privacy needs and the model does not have; undefined where it has them, or is not known. */
export function blindPrivacy(
  { privacy }: Pick<CameraConfig, 'privacy'>,
  models: readonly LineModel[],
): { readonly model: string; readonly labels: readonly string[] } | undefined {
  if (privacy === undefined || privacy.blur === 'none') return undefined;
  const { blur, model: id, headLabels, personLabels } = privacy;
  const model = models.find((one) => one.id === id);
  if (model?.state !== 'found') return undefined;
  const needed = blur === 'heads' ? [...headLabels, ...personLabels] : personLabels;
  const known = model.spec.manifest.labels;
  return needed.some((label) => known.includes(label)) ? undefined : { model: id, labels: needed };
}

/** What is read on the products of a camera, where rules want it. */
export function readsOf(config: Config, camera: string): Pick<CameraPlan, 'reads'> {
  const models = readingModelsOf(config, camera);
  return models.length === 0 ? {} : { reads: { models } };
}

function healthLimits({ lasts, keyframeInterval, ...rest }: CameraConfig['health']): HealthLimits {
  return { ...rest, lastsMs: lasts.ms, keyframeIntervalMs: keyframeInterval.ms };
}

/** The URLs of cameras with their secrets, read anew each time and kept while they cannot be read. */
export class CameraUrls {
  readonly #read = new Map<string, { readonly written: SecretText; readonly url: string }>();

  /**
   * The URL of each camera whose secrets can be read now, or could be read before, and the cameras for which that was
   * never so.
   */
  of({ config, secrets }: LoadedConfig): {
    readonly urls: ReadonlyMap<string, string>;
    readonly missing: readonly CameraWithoutSecret[];
  } {
    const urls = new Map<string, string>();
    const missing: CameraWithoutSecret[] = [];
    for (const { id, url: written } of config.cameras) {
      try {
        const url = secrets.url(written);
        this.#read.set(id, { written, url });
        urls.set(id, url);
      } catch (error) {
        if (!(error instanceof SecretError)) throw error;
        const before = this.#read.get(id);
        if (before?.written.equals(written) === true) urls.set(id, before.url);
        else missing.push({ camera: id, error });
      }
    }
    return { urls, missing };
  }
}
