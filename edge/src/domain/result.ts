import type { InferenceOutput } from '@lineside/models/output';
import type { DegradedReason, FailReason, SkipReason } from '@lineside/protocol/vocabulary';
import type { FrameRef } from './frame.ts';

/**
 * What one model reports for one frame. An error is never an empty list of detections: whoever reads a result must
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

/** offered = inspected + sum(skipped) + sum(failed), at every instant; each only rises. */
export interface InspectionCounters {
  readonly offered: number;
  readonly inspected: number;
  readonly skipped: Readonly<Partial<Record<SkipReason, number>>>;
  readonly failed: Readonly<Partial<Record<FailReason, number>>>;
}

/** What became of one offered frame, to be added to the counters. */
export type FrameFate =
  | { readonly fate: 'inspected' }
  | { readonly fate: 'skipped'; readonly reason: SkipReason }
  | { readonly fate: 'failed'; readonly reason: FailReason };

export const NO_INSPECTIONS: InspectionCounters = { offered: 0, inspected: 0, skipped: {}, failed: {} };

/** Counters after `count` frames of one fate. The sum stays true because a frame is counted as offered together with its fate. */
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
