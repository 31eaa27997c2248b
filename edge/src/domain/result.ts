import type { Detection } from './detection.ts';
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

/** A class that a classification gives the whole picture. */
export interface ClassScore {
  readonly label: string;
  /** 0 to 1. */
  readonly score: number;
}

/** How unlike the pictures a model learned from. */
export interface Anomaly {
  /** The model's own number: higher is less usual. */
  readonly score: number;
  /** The same per place of the source picture, row by row, at the map's own resolution. */
  readonly map?: { readonly width: number; readonly height: number; readonly values: Float32Array };
}

/** What was seen. A class or an anomaly that counts is also a detection over the whole picture. */
export interface Seen {
  readonly detections: readonly Detection[];
  /** Of a classification: best first. */
  readonly classes?: readonly ClassScore[];
  readonly anomaly?: Anomaly;
}

/**
 * What one model says of one frame. An error is never an empty list of detections: whoever reads a result must
 * handle `no_result` as "not inspected".
 */
export type InferenceResult =
  | ({ readonly status: 'ok' } & Seen)
  | ({ readonly status: 'degraded'; readonly reason: DegradedReason } & Seen)
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
