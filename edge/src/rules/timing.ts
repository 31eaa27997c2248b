/** When an incident opens, continues and closes. All times in milliseconds on the clock of the frames. */
export interface Timing {
  /** The condition must have held this long. */
  readonly minDurationMs: number;
  /** Fraction of the latest observations (over `minDurationMs`) in which the condition must have been true. */
  readonly minFraction: number;
  /** The condition must have been true in at least this many frames. */
  readonly minSightings: number;
  /** The time between two results that are further apart counts neither for nor against the condition. */
  readonly maxGapMs: number;
  /** An open incident closes after this much time of false observations. */
  readonly clearAfterMs: number;
  /** An open incident is reported again this often. */
  readonly updateEveryMs: number;
  /** For this long after an incident closed, the same subject opens no other. */
  readonly coolDownMs: number;
  /**
   * An incident whose condition was not observed for longer closes: with the reason `camera_lost` where the camera has
   * had no results, else with `not_observed`.
   */
  readonly maxUnobservedMs: number;
}

/** What applies to every rule that does not set it. */
const USUAL = { minFraction: 0.6, minSightings: 2, maxGapMs: 2000 } as const;

/** Results further apart than this are expected to be, so that the time between two of them is no gap. */
const USUAL_RESULT_EVERY_MS = 800;

/** Timing that is not an option of a rule; `resultEveryMs` is the time between two results of the model. */
export function usualTiming(resultEveryMs: number): Pick<Timing, keyof typeof USUAL> {
  if (resultEveryMs <= USUAL_RESULT_EVERY_MS) return USUAL;
  return { ...USUAL, maxGapMs: 2.5 * resultEveryMs };
}
