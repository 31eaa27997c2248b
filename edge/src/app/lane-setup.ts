import { type CameraConfig, type Config, modelIdsOf } from '../config/index.ts';
import type { LaneSetup } from '../pipeline/index.ts';
import { ByteTracker, TRACKER_DEFAULTS } from '../tracking/index.ts';
import { type LineModel, weakest } from './models.ts';
import { type RuleSurroundings, rulesOf } from './rules.ts';

/** The lane of one camera: a tracker for each of its models, and its rules with nothing pending. */
export function laneSetup(
  config: Config,
  camera: CameraConfig,
  models: readonly LineModel[],
  source: LaneSetup['source'],
  around: RuleSurroundings = {},
): LaneSetup {
  const rules = rulesOf(config, camera, around, models);
  return {
    camera: camera.id,
    source,
    rules: rules.filter((rule) => rule.model === undefined),
    models: modelIdsOf(camera).map((id) => {
      const model = models.find((candidate) => candidate.id === id);
      return {
        id,
        tracker: trackerFor(model),
        rules: rules.filter((rule) => rule.model === id),
        demonstration: model?.state === 'found' && model.demonstration !== undefined,
      };
    }),
  };
}

/** Tracks begin at the model's own threshold; weaker detections keep known objects alive (ByteTrack). */
export function trackerFor(model: LineModel | undefined): ByteTracker {
  if (model?.state !== 'found') return new ByteTracker(TRACKER_DEFAULTS);
  return new ByteTracker({ ...TRACKER_DEFAULTS, highScore: model.threshold, lowScore: weakest(model.threshold) });
}
