import { isDeepStrictEqual } from 'node:util';
import type { ModelSpec } from '../inference/index.ts';
import { type CameraPlan, assignmentOf, type VisionPlan } from './plan.ts';

/** What leads from one plan to another: what is replaced is dropped and added. */
export interface PlanChange {
  readonly dropCameras: readonly string[];
  readonly dropModels: readonly string[];
  readonly addModels: readonly ModelSpec[];
  readonly addCameras: readonly CameraPlan[];
}

/** The least change from `before` to `after`. A camera is replaced with each of its models, for it holds on to them. */
export function diffPlans(before: VisionPlan, after: VisionPlan): PlanChange {
  const models = changed(before.models, after.models);
  const touched = new Set([...models.dropped, ...models.added].map(({ id }) => id));
  const uses = (camera: CameraPlan): boolean => camera.models.some((entry) => touched.has(assignmentOf(entry).model));
  const cameras = changed(before.cameras, after.cameras, uses);
  return {
    dropCameras: cameras.dropped.map(({ id }) => id),
    dropModels: models.dropped.map(({ id }) => id),
    addModels: models.added,
    addCameras: cameras.added,
  };
}

function changed<T extends { readonly id: string }>(
  before: readonly T[],
  after: readonly T[],
  isTouched: (entry: T) => boolean = () => false,
): { readonly dropped: readonly T[]; readonly added: readonly T[] } {
  const same = (a: T, b: readonly T[]): boolean =>
    !isTouched(a) &&
    isDeepStrictEqual(
      a,
      b.find(({ id }) => id === a.id),
    );
  return {
    dropped: before.filter((entry) => !same(entry, after)),
    added: after.filter((entry) => !same(entry, before)),
  };
}
