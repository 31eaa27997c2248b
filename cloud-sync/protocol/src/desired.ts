import { z } from 'zod';

/** Most models that one desired document may name. */
export const MAX_DESIRED_MODELS = 64;
/** Most by which one document raises the revision below which a device follows none. */
export const MAX_REVISION_STEP = 65_536;
const MAX_TARGET_BYTES = 16 * 2 ** 30;

const sha256 = z.string().regex(/^[0-9a-f]{64}$/);

/**
 * A file that signed metadata names (a target in the words of TUF). `target` is its path in that metadata. The bytes
 * are fetched elsewhere; the signature decides whether they may be used, never this document.
 */
export const TargetReference = z.object({
  target: z
    .string()
    .max(256)
    .regex(/^[A-Za-z0-9_-][A-Za-z0-9._-]*(\/[A-Za-z0-9_-][A-Za-z0-9._-]*)*$/),
  bytes: z.int().positive().max(MAX_TARGET_BYTES),
  sha256,
});
export type TargetReference = z.infer<typeof TargetReference>;

/**
 * The state that the cloud wants of a device, retained and complete. `revision` only rises: a device ignores a document
 * below its floor, which is the highest that it has followed, see `floorAfter`. A part that is absent is left as it is.
 */
export const Desired = z.object({
  v: z.literal(1),
  revision: z.int().positive(),
  /** Wall time at which it was written, ms. */
  t: z.int(),
  configuration: TargetReference.optional(),
  /** By model id. */
  models: z
    .record(z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/), TargetReference)
    .refine((models) => Object.keys(models).length <= MAX_DESIRED_MODELS, `more than ${MAX_DESIRED_MODELS} models`)
    .optional(),
});
export type Desired = z.infer<typeof Desired>;

/**
 * The revision below which no document is followed after one with `revision` was. Whoever may write to the broker may give any
 * revision, and the highest possible one must not shut out all that come later: the floor rises by a bounded step, and
 * whoever numbers documents goes above the floor that the device reports.
 */
export function floorAfter(floor: number, revision: number): number {
  return Math.min(Math.max(floor, revision), floor + MAX_REVISION_STEP);
}

/** What a device has done about a desired document; a field of `Reported`. */
export const DesiredStatus = z.object({
  revision: z.int().positive(),
  /** Below which documents are not followed; `revision` where left out. */
  floor: z.int().positive().optional(),
  /**
   * `committed` where all that is named is in force, otherwise the state of the first one that is not: see `UpdateStatus`, and
   * `waiting` or `not_applied`. A bounded text and no list, so that a newer device may report states that are new.
   */
  state: z.string().min(1).max(32),
  /** For people. */
  reason: z.string().max(256).optional(),
  /** The last document with a lower revision, which was not followed. */
  refused: z.object({ revision: z.int().positive(), reason: z.string().max(256) }).optional(),
});
export type DesiredStatus = z.infer<typeof DesiredStatus>;
