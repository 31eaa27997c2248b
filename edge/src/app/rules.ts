import type { CameraConfig, Config } from '../config/index.ts';
import type { Rule } from '../pipeline/index.ts';
import { createRule } from '../rules/index.ts';
import { periodMs } from './model-assignments.ts';

/** The rules of one camera, with nothing pending. */
export function rulesOf(config: Config, camera: CameraConfig): readonly Rule[] {
  return config.rules
    .filter((rule) => rule.camera === camera.id)
    .map((rule) => {
      const zone = camera.zones.find(({ id }) => id === rule.zone);
      return createRule(rule, { zone, resultEveryMs: periodMs(camera, rule.model) });
    });
}
