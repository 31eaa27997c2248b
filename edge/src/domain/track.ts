import type { Box } from '@lineside/models/output';

/** The same object over several frames of one model on one camera. */
export interface Track {
  /** Unique within camera and model while the process lives. */
  readonly id: number;
  readonly label: string;
  /** Latest box, in source pixels; predicted when the object was not detected in the latest frame. */
  readonly box: Box;
  /** Latest detection score, 0 to 1. */
  readonly score: number;
  /** The latest detection scored less than it takes to begin a track: it is seen, and proves nothing. */
  readonly weak?: boolean;
  /** Frames in which it was detected, and frames since the last of them. */
  readonly hits: number;
  readonly missed: number;
  /** On the clock of the frames, milliseconds. */
  readonly firstSeenMs: number;
  readonly lastSeenMs: number;
  /** False until the object has been detected often enough. */
  readonly confirmed: boolean;
}
