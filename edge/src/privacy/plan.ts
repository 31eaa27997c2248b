import type { CoveredParts, Point } from '../domain/index.ts';

/** What is covered in every picture of a camera that leaves the vision process. */
export interface PrivacyPlan {
  /** Polygons in fractions of the picture that are filled with one colour. */
  readonly masks: readonly (readonly Point[])[];
  /** What is blurred of the people in the picture. */
  readonly blur: 'none' | 'heads' | 'persons';
  /** Model of the camera whose detections say where people are; without one, a picture is covered completely. */
  readonly model: string | undefined;
  readonly headLabels: readonly string[];
  readonly personLabels: readonly string[];
  /** A covered area is larger than its box by this fraction of the sides of the box, on each side. */
  readonly margin: number;
  /** How long a person who was not detected any more stays covered, milliseconds. */
  readonly holdMs: number;
}

/** True where pictures may only be shown once a model has inspected them. */
export function hidesPeople(plan: PrivacyPlan | undefined): plan is PrivacyPlan {
  return plan !== undefined && plan.blur !== 'none';
}

export function hasMasks(plan: PrivacyPlan | undefined): plan is PrivacyPlan {
  return plan !== undefined && plan.masks.length > 0;
}

/** True where pictures leave the vision process as they came from the camera. */
export function isWithoutPrivacy(plan: PrivacyPlan | undefined): boolean {
  return !hidesPeople(plan) && !hasMasks(plan);
}

/** What is covered by this plan; undefined where nothing is. */
export function coveredParts(plan: Pick<PrivacyPlan, 'masks' | 'blur'> | undefined): CoveredParts | undefined {
  if (plan === undefined || (plan.masks.length === 0 && plan.blur === 'none')) return undefined;
  return { masks: plan.masks, blur: plan.blur };
}

/** True where the same is covered by both. */
export function coversAlike(one: CoveredParts | undefined, other: CoveredParts | undefined): boolean {
  if (one === undefined || other === undefined) return one === other;
  return one.blur === other.blur && JSON.stringify(one.masks) === JSON.stringify(other.masks);
}
