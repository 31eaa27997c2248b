import type { LeastScores } from '../domain/index.ts';

/** How objects are followed. Sizes are the geometric mean of a box's width and height. */
export interface TrackerOptions {
  /** Detections from this score on are matched first, and only they give birth to a track. */
  readonly highScore: LeastScores;
  /** Detections from here to `highScore` keep known tracks alive; below they are ignored. */
  readonly lowScore: LeastScores;
  /** Least overlap (IoU) between predicted box and a high-score detection. */
  readonly minIou: number;
  /** The same for low scores: stricter, for they are more often background. */
  readonly minLowIou: number;
  /** Frames with a detection until a track is believed. */
  readonly confirmHits: number;
  /** A confirmed track lives this long without a detection. */
  readonly keepMs: number;
  /** A track that was not confirmed lives this long without a detection. */
  readonly keepUnconfirmedMs: number;
  /**
   * Where boxes no longer overlap, how far a detection may lie from the predicted centre: sizes per second since the
   * object was last seen, for tracks whose speed is known and for new ones. 0 leaves this out.
   */
  readonly reach: number;
  readonly newbornReach: number;
}

/**
 * For 5 frames a second: an object is believed after 0.4 s, survives a second of occlusion, and may move twice its
 * own size between its first two frames.
 */
export const TRACKER_DEFAULTS: TrackerOptions = {
  highScore: { score: 0.5 },
  lowScore: { score: 0.1 },
  minIou: 0.2,
  minLowIou: 0.4,
  confirmHits: 2,
  keepMs: 2000,
  keepUnconfirmedMs: 500,
  reach: 3,
  newbornReach: 9,
};
