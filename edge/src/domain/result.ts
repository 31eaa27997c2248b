import type { InferenceOutput } from '@lineside/models/output';
import type { FrameRef } from './frame.ts';

/**
 * Why a frame that was offered was not inspected: nothing was wrong, there was just no room for it, or the model looks
 * less often than the camera delivers (`not_due`).
 */
export const SKIP_REASONS = ['newer_frame', 'not_due', 'not_ready', 'paused'] as const;
export type SkipReason = (typeof SKIP_REASONS)[number];

/** Why an inspection failed. */
export const FAIL_REASONS = [
  'inference_error',
  'deadline',
  'bad_output',
  'model_unavailable',
  // The model before it, whose finds it looks at, gave no result.
  'earlier_stage',
  'vision_restarted',
] as const;
export type FailReason = (typeof FAIL_REASONS)[number];

/** Why a model's results are `degraded`: usable, and every event made from them says so. */
export type DegradedReason =
  | 'suspect_scores'
  | 'fallback_provider'
  /** There was more to look at than the second stage may: what is not listed was not looked at. */
  | 'not_all_looked_at';

/**
 * What one model says of one frame. An error is never an empty list of detections: whoever reads a result must
 * handle `no_result` as "not inspected".
 */
export type InferenceResult =
  | ({ readonly status: 'ok' } & InferenceOutput)
  | ({ readonly status: 'degraded'; readonly reason: DegradedReason } & InferenceOutput)
  | { readonly status: 'no_result'; readonly reason: FailReason };

/** Milliseconds each stage took, for the histograms. */
export interface StageTimes {
  /** From the frame's arrival to the start of inference. */
  readonly waitMs: number;
  readonly inferMs: number;
  readonly decodeMs: number;
}

export interface Inspection {
  readonly frame: FrameRef;
  readonly model: string;
  readonly result: InferenceResult;
  readonly times: StageTimes;
}

/** offered = inspected + sum(skipped) + sum(failed), at any instant; each only rises. */
export interface InspectionCounters {
  readonly offered: number;
  readonly inspected: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly failed: Readonly<Partial<Record<FailReason, number>>>;
}

/** The fate of one offered frame, to be added to the counters. */
export type FrameFate =
  | { readonly fate: 'inspected' }
  | { readonly fate: 'skipped'; readonly reason: SkipReason }
  | { readonly fate: 'failed'; readonly reason: FailReason };

export const NO_INSPECTIONS: InspectionCounters = { offered: 0, inspected: 0, skipped: {}, failed: {} };

/** Counters after `count` frames of one fate; the identity holds because the fate is counted together with the offer. */
export function countFate(counters: InspectionCounters, fate: FrameFate, count = 1): InspectionCounters {
  const offered = counters.offered + count;
  switch (fate.fate) {
    case 'inspected':
      return { ...counters, offered, inspected: counters.inspected + count };
    case 'skipped': {
      const skipped = { ...counters.skipped, [fate.reason]: (counters.skipped[fate.reason] ?? 0) + count };
      return { ...counters, offered, skipped };
    }
    case 'failed': {
      const failed = { ...counters.failed, [fate.reason]: (counters.failed[fate.reason] ?? 0) + count };
      return { ...counters, offered, failed };
    }
  }
}
