/** Which picture a result speaks of. */
export interface FrameRef {
  readonly camera: string;
  /** Rises by one from frame to frame, and never comes twice while the main process lives. */
  readonly index: number;
  /** Monotonic milliseconds at which the frame reached this box; for a recording, the recording's own clock. */
  readonly atMs: number;
  /** Size of the source picture in pixels; boxes are in these pixels. */
  readonly width: number;
  readonly height: number;
}
