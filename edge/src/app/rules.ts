import { machineZone } from '@lineside/protocol/coverage';
import { type CameraConfig, type Config, shiftPlanOf } from '../config/index.ts';
import type { Rule } from '../pipeline/index.ts';
import { createRule, labelProblems, placeOf, type RuleMemory, type RulePlace } from '../rules/index.ts';
import { periodMs } from '../config/index.ts';
import type { LineModel } from './models.ts';

/** What the rules of a running line have beside their configuration; a recording has none of it. */
export interface RuleSurroundings extends Pick<RulePlace, 'wallTime'> {
  /** What a rule keeps when the process ends, by its id. */
  readonly memoryOf?: (rule: string) => RuleMemory;
  /** The recipe in force. */
  readonly recipe?: () => string | undefined;
}

/** The rules of one camera, with nothing pending. */
export function rulesOf(
  config: Config,
  camera: CameraConfig,
  around: RuleSurroundings,
  models: readonly LineModel[],
): readonly Rule[] {
  const { memoryOf, wallTime } = around;
  const recipe = around.recipe?.();
  const plan = shiftPlanOf(config, machineZone());
  const anomalyLimit = (id: string): number | undefined => limitOf(models.find((model) => model.id === id));
  const labelsOf = labelsFrom(models);
  return config.rules
    .filter((rule) => rule.camera === camera.id)
    .map((rule) => {
      const { zone: zoneId, model } = placeOf(rule);
      return createRule(rule, {
        ...(wallTime === undefined ? {} : { wallTime }),
        ...(memoryOf === undefined ? {} : { memory: memoryOf(rule.id) }),
        ...(recipe === undefined ? {} : { recipe }),
        zone: camera.zones.find(({ id }) => id === zoneId),
        zones: camera.zones,
        plan,
        anomalyLimit,
        labelsOf,
        resultEveryMs: model === undefined ? 0 : periodMs(camera, model),
      });
    });
}

/** Score from which an anomaly model takes a piece for wrong, on its own scale. */
function limitOf(model: LineModel | undefined): number | undefined {
  if (model?.state !== 'found') return undefined;
  const { output, thresholds } = model.spec.manifest;
  return output.options?.threshold ?? thresholds.score;
}

function labelsFrom(models: readonly LineModel[]): (id: string) => readonly string[] | undefined {
  return (id) => {
    const model = models.find((one) => one.id === id);
    return model?.state === 'found' ? model.spec.manifest.labels : undefined;
  };
}

/** Rules that read labels which their model does not have. Models that were refused are left out. */
export function rulesWithoutLabels(
  config: Config,
  models: readonly LineModel[],
): readonly { readonly rule: string; readonly message: string; readonly advice: string }[] {
  const labelsOf = labelsFrom(models);
  return config.rules.flatMap((rule) =>
    labelProblems(rule, labelsOf).map((problem) => ({ rule: rule.id, ...problem })),
  );
}
