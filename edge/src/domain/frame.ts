/** Which picture a result speaks of. */
export interface FrameRef {
  readonly camera: string;
  /** Counts from 0 within one run of the camera's stream. */
  readonly index: number;
  /** Monotonic milliseconds at which the frame reached this box; for a recording, the recording's own clock. */
  readonly atMs: number;
  /** Size of the source picture in pixels; boxes are in these pixels. */
  readonly width: number;
  readonly height: number;
}
