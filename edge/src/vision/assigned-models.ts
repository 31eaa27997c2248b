import { formatKey, type OutputFormat } from '../camera/index.ts';
import type { ModelManifest } from '../inference/index.ts';
import { FrameRateLimiter } from './frame-rate-limiter.ts';
import { MotionGate, type MotionLimits } from './motion-gate.ts';
import type { ModelRunner } from './model-runner.ts';
import { formatOf, type ModelAssignment, type StagePlan } from './plan.ts';

/** A model that inspects a camera. */
export interface AssignedModel {
  readonly use: ModelAssignment;
  readonly runner: ModelRunner;
  readonly manifest: ModelManifest;
  /** IoU from which two boxes are one object. */
  readonly iou: number;
}

/** A model that inspects frames, with the models that inspect crops of its detections. */
export interface FirstStage extends AssignedModel {
  /** Place of its pixels among FFmpeg's outputs. */
  readonly output: number;
  readonly limiter: FrameRateLimiter;
  /** Where frames that show nothing new are not inspected. */
  readonly motion: MotionGate | undefined;
  readonly secondStages: readonly SecondStage[];
}

export interface SecondStage extends AssignedModel {
  readonly plan: StagePlan;
  readonly output: number;
}

export interface ModelStages {
  readonly first: readonly FirstStage[];
  /** Second stages whose source model is not on this camera: they fail on every frame. */
  readonly orphans: readonly AssignedModel[];
  /** What FFmpeg has to make of each frame; models with the same format share one output. */
  readonly formats: readonly OutputFormat[];
}

/** Orders the models of a camera into stages and determines the formats that they need, beside `more`. */
export function stagesOf(
  models: readonly AssignedModel[],
  more: readonly OutputFormat[] = [],
  motion?: MotionLimits,
): ModelStages {
  const firstModels = models.filter(({ use }) => use.secondStage === undefined);
  const known = new Set(firstModels.map(({ use }) => use.model));
  const orphans = models.filter(({ use }) => use.secondStage !== undefined && !known.has(use.secondStage.source));
  const used = models.filter((model) => !orphans.includes(model));
  const wanted = [...used.map(({ manifest, use }) => formatOf(manifest, use)), ...more];
  const byKey = new Map(wanted.map((format) => [formatKey(format), format]));
  const keys = [...byKey.keys()];
  const outputOf = ({ manifest, use }: AssignedModel): number => keys.indexOf(formatKey(formatOf(manifest, use)));
  const first = firstModels.map(
    (model): FirstStage => ({
      ...model,
      output: outputOf(model),
      limiter: new FrameRateLimiter(model.use.fps),
      motion: motion && new MotionGate(motion),
      secondStages: models.flatMap((stage): SecondStage[] => {
        const plan = stage.use.secondStage;
        return plan?.source === model.use.model ? [{ ...stage, plan, output: outputOf(stage) }] : [];
      }),
    }),
  );
  return { first, orphans, formats: [...byKey.values()] };
}
