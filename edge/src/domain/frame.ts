/** Which picture a result speaks of. */
export interface FrameRef {
  readonly camera: string;
  /** Rises by one from frame to frame, and never comes twice while the main process lives. */
  readonly index: number;
  /** Monotonic milliseconds at which the frame reached this box; for a recording, the recording's own clock. */
  readonly atMs: number;
  /**
   * Milliseconds on a clock that runs as the camera's does, to measure motion by: frames that waited in a network
   * arrive in a burst, yet were taken at their distance. Only differences between frames mean anything.
   */
  readonly mediaMs?: number;
  /** Size of the source picture in pixels; boxes are in these pixels. */
  readonly width: number;
  readonly height: number;
}
