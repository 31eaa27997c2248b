import { type Desired, floorAfter, MAX_DESIRED_MODELS, type TargetReference } from '@lineside/protocol';
import type { RolloutRelease } from './rollout.ts';

/** The desired document of one device, as it is stored and published. */
export interface DesiredDocument {
  readonly device: string;
  readonly document: Desired;
}

/** What a document names for the series of a release. */
export function namedFor(
  document: Desired | undefined,
  { kind, id }: Pick<RolloutRelease, 'kind' | 'id'>,
): TargetReference | undefined {
  return kind === 'configuration' ? document?.configuration : document?.models?.[id];
}

/**
 * The next document of a device: `reference` for the series of `release`, or none; all else as before. Its revision is above
 * that of the document before and above the floor of the device, which is higher where this collector's store was lost. A
 * forged report raises it by a bounded step, too, so that numbers never run out.
 */
export function nextDocument(
  before: Desired | undefined,
  floor: number | undefined,
  { kind, id }: Pick<RolloutRelease, 'kind' | 'id'>,
  reference: TargetReference | undefined,
  nowMs: number,
): Desired {
  const revision = floorAfter(before?.revision ?? 0, floor ?? 0) + 1;
  const { configuration, models = {} } = before ?? {};
  const others = Object.fromEntries(Object.entries(models).filter(([model]) => kind !== 'model' || model !== id));
  const next = { ...others, ...(kind === 'model' && reference !== undefined ? { [id]: reference } : {}) };
  const file = kind === 'configuration' ? reference : configuration;
  return {
    ...{ v: 1, revision, t: Math.round(nowMs) },
    ...(file === undefined ? {} : { configuration: file }),
    ...(Object.keys(next).length === 0 ? {} : { models: next }),
  };
}

/** Whether one more model can be named. */
export function hasSpace(document: Desired | undefined, { kind, id }: Pick<RolloutRelease, 'kind' | 'id'>): boolean {
  const models = document?.models ?? {};
  return kind === 'configuration' || id in models || Object.keys(models).length < MAX_DESIRED_MODELS;
}

/** The part of a release that a document names. */
export function referenceTo({ target, bytes, sha256 }: RolloutRelease): TargetReference {
  return { target, bytes, sha256 };
}
