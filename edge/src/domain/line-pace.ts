/**
 * How far the products of one label move between two frames, against their spacing. Up to half a spacing, places alone
 * tell which product is which; beyond, only what is irregular in their spacing does.
 */
export interface LinePace {
  readonly label: string;
  /** Pixels of the source frame from one frame to the next. */
  readonly movement: number;
  /** Pixels between neighbours along the movement. */
  readonly spacing: number;
  /** `movement` as a fraction of `spacing`. */
  readonly ratio: number;
  /** Frames per second that are inspected, and that the line needs. */
  readonly fps: number;
  readonly neededFps: number;
}
