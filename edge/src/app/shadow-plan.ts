import type { ModelSpec } from '../inference/index.ts';
import type { VisionListener } from '../pipeline/index.ts';
import { assignmentOf, type CameraPlan, type VisionPlan } from '../vision/index.ts';

/** A model that runs beside another one. Its spec has an id of its own. */
export interface ShadowModel {
  /** Id of the model that it is to replace. */
  readonly of: string;
  readonly spec: ModelSpec;
}

/** No id in a configuration has this character. */
const MARK = '~';

/** Id of the model that runs beside `of`. */
export function shadowId(of: string): string {
  return `${of}${MARK}candidate`;
}

export function isShadow(model: string): boolean {
  return model.includes(MARK);
}

/** The plan with models that run beside those that they are to replace: on the same cameras, as often, on the same part of the picture. */
export function withShadows(plan: VisionPlan, shadows: readonly ShadowModel[]): VisionPlan {
  if (shadows.length === 0) return plan;
  const beside = (camera: CameraPlan): CameraPlan => ({
    ...camera,
    models: camera.models.flatMap((entry) => {
      const use = assignmentOf(entry);
      const shadow = shadows.find(({ of }) => of === use.model);
      return shadow === undefined ? [entry] : [entry, { ...use, model: shadow.spec.id }];
    }),
  });
  return { models: [...plan.models, ...shadows.map(({ spec }) => spec)], cameras: plan.cameras.map(beside) };
}

/** Passes everything on to `line` but what is about shadows; `also` gets all results and states of models. */
export function shadowsApart(line: VisionListener, also: () => Partial<VisionListener>): VisionListener {
  return {
    inspection: (inspection) => {
      if (!isShadow(inspection.model)) line.inspection(inspection);
      also().inspection?.(inspection);
    },
    reading: (answer) => line.reading(answer),
    fate: (camera, model, fate, count) => {
      if (!isShadow(model)) line.fate(camera, model, fate, count);
    },
    camera: (status) => line.camera(status),
    model: (status) => {
      if (!isShadow(status.model)) line.model(status);
      also().model?.(status);
    },
    down: (reason) => line.down(reason),
    up: () => line.up(),
    ended: (camera) => line.ended(camera),
  };
}
