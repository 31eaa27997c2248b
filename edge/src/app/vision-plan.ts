import type { LoadedConfig } from '../config/index.ts';
import type { EngineCache } from '../engines/index.ts';
import type { VisionPlan } from '../vision/index.ts';
import { specsOf } from './engines.ts';
import { assignmentsOf, refusedAssignmentsOf } from './model-assignments.ts';
import type { LineModel } from './models.ts';

/** What the vision process runs for a configuration. Throws SecretError where a camera's secret cannot be read. */
export function visionPlan(
  { config, secrets }: LoadedConfig,
  models: readonly LineModel[],
  keeper: EngineCache | undefined,
): VisionPlan {
  return {
    models: specsOf(config, models, keeper),
    cameras: config.cameras.map((camera) => ({
      id: camera.id,
      url: secrets.url(camera.url),
      transport: camera.transport,
      fps: camera.fps,
      models: assignmentsOf(camera, models),
      absent: refusedAssignmentsOf(camera, models),
      mode: 'live',
      loop: true,
    })),
  };
}
