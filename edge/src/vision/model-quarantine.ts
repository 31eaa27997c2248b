import type { ModelStatus } from '../domain/index.ts';
import type { ModelSpec } from '../inference/index.ts';
import { InferenceError } from '../inference/index.ts';
import { assignmentOf, type CameraPlan, type VisionPlan } from './plan.ts';

/** A model that hangs as often as this is left out: each time, a new process starts every camera again. */
const HANGS_ALLOWED = 3;
/** A hang counts together with the one before it when no more time than this lies between them, ms. */
const TOGETHER_MS = 1_800_000;
const FIRST_OUT_MS = 600_000;
const LONGEST_OUT_MS = 7_200_000;

interface Hangs {
  readonly spec: ModelSpec;
  count: number;
  lastMs: number;
  outUntilMs: number;
  outMs: number;
  reason: string;
}

/**
 * Models that hang again and again, each left out for 10 minutes, then for twice as long with each further hang, up to
 * two hours. Meanwhile their frames count as failed, and the other models inspect undisturbed. Pure.
 */
export class ModelQuarantine {
  readonly #hangs = new Map<string, Hangs>();

  /** The process had to be replaced because of this model. */
  hung(spec: ModelSpec, reason: string, nowMs: number): void {
    const before = this.#hangs.get(spec.id);
    const isNew = before === undefined || before.spec.sha256 !== spec.sha256;
    // A model that was let in again is on trial for as long: one more hang leaves it out again.
    const sinceMs = isNew ? Infinity : nowMs - Math.max(before.lastMs, before.outUntilMs);
    const known = isNew || sinceMs > TOGETHER_MS ? undefined : before;
    const count = (known?.count ?? 0) + 1;
    const isOut = count >= HANGS_ALLOWED;
    const outMs = isOut ? Math.min(LONGEST_OUT_MS, 2 * (known?.outMs ?? 0) || FIRST_OUT_MS) : 0;
    this.#hangs.set(spec.id, { spec, count, lastMs: nowMs, outMs, outUntilMs: isOut ? nowMs + outMs : 0, reason });
  }

  /** The plan without the models that are out now; the same object where none is. */
  apply(plan: VisionPlan, nowMs: number): VisionPlan {
    const out = new Set(this.#out(plan, nowMs).map(({ spec }) => spec.id));
    if (out.size === 0) return plan;
    return {
      ...plan,
      models: plan.models.filter(({ id }) => !out.has(id)),
      cameras: plan.cameras.map((camera) => withoutModels(camera, out)),
    };
  }

  /** What is to be reported of the models of the plan that are out now. */
  reports(plan: VisionPlan, nowMs: number): readonly ModelStatus[] {
    return this.#out(plan, nowMs).map(({ spec, count, reason, outUntilMs }) => {
      const minutes = Math.ceil((outUntilMs - nowMs) / 60_000);
      const message = `it hung ${count} times (${reason}) and is left out; it is tried again in ${minutes} minutes`;
      const { code, advice } = new InferenceError('model_hangs', message);
      return {
        model: spec.id,
        sha256: spec.sha256,
        state: 'failed',
        reason: message,
        error: { code, message, advice },
      };
    });
  }

  #out(plan: VisionPlan, nowMs: number): readonly Hangs[] {
    // Of a recording every frame is inspected, or the replay ends.
    if (plan.cameras.some(({ mode }) => mode === 'recording')) return [];
    return plan.models.flatMap(({ id, sha256 }) => {
      const hangs = this.#hangs.get(id);
      return hangs !== undefined && hangs.spec.sha256 === sha256 && nowMs < hangs.outUntilMs ? [hangs] : [];
    });
  }
}

/** A model of a second stage goes with the model whose detections it inspects. */
function withoutModels(camera: CameraPlan, out: ReadonlySet<string>): CameraPlan {
  const isOut = (entry: CameraPlan['models'][number]): boolean => {
    const { model, secondStage } = assignmentOf(entry);
    return out.has(model) || (secondStage !== undefined && out.has(secondStage.source));
  };
  const lacking = camera.models.filter(isOut).map(assignmentOf);
  if (lacking.length === 0) return camera;
  return {
    ...camera,
    models: camera.models.filter((entry) => !isOut(entry)),
    absent: [...(camera.absent ?? []), ...lacking.map(({ model, fps }) => ({ model, fps }))],
  };
}
