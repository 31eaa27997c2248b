import { z } from 'zod';

/** Most updates and installed models that one report names. */
export const MAX_REPORTED_UPDATES = 80;

const count = z.int().nonnegative();
const target = z.string().min(1).max(256);
const reason = z.object({ code: z.string().min(1).max(64), message: z.string().max(256) });

/** How the new model compared with the one in use, on the same frames. */
export const ShadowSummary = z.object({
  /** Frames that both have inspected, and those on which they differed. */
  results: count,
  differing: count,
  /** Objects that the current model saw in several frames one after the other, and how many of them the new one saw too. */
  steady: count,
  found: count,
  /** Objects that the new one saw in several frames one after the other and the current one did not. */
  added: count,
  /** Detections that neither the frame before nor the one after confirms, each as a fraction of its detections. */
  unsteady: z.object({ current: z.number(), candidate: z.number() }),
  /** Frames of the new model that failed. */
  failed: count,
  /** Pictures of frames on which they differed, kept on the device. */
  pictures: count,
  verdict: z.string().min(1).max(32).optional(),
});
export type ShadowSummary = z.infer<typeof ShadowSummary>;

/** One release on a device: what is going on with it, or how it ended. */
export const UpdateStatus = z.object({
  target,
  /**
   * `waiting`, `downloading`, `verified`, `staged`, `shadow`, `trial`, `rolling_back`; or, when it is over, `committed`,
   * `rolled_back`, `failed`, `unable_to_roll_back`. A bounded text, so that a newer device may report states that are new.
   */
  state: z.string().min(1).max(32),
  /** Wall time of the device since when, ms. */
  since: z.int(),
  /** Of the download, bytes. */
  progress: z.object({ bytes: count, of: count }).optional(),
  /** Why it failed, was taken back, or does not go on at present. */
  reason: reason.optional(),
  shadow: ShadowSummary.optional(),
});
export type UpdateStatus = z.infer<typeof UpdateStatus>;

/** What updates have brought to a device, and what they are doing; a field of `Reported`, and of what a stick takes back. */
export const UpdateReport = z.object({
  /** The one that is going on, those that wait, then those that are over, newest first; each target once. */
  updates: z.array(UpdateStatus).max(MAX_REPORTED_UPDATES),
  /** Models that an update brought and that are in use, by id. */
  models: z.record(z.string().max(64), z.object({ target, version: z.string().max(64) })),
  /** The configuration that an update wrote last; `changed`: a person has changed the file since. */
  configuration: z.object({ target, version: z.string().max(64), changed: z.boolean() }).optional(),
});
export type UpdateReport = z.infer<typeof UpdateReport>;
