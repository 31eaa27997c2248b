/** The frame that a result belongs to. */
export interface FrameRef {
  readonly camera: string;
  /** Rises by one from frame to frame, and is never used twice while the main process lives. */
  readonly index: number;
  /** Monotonic milliseconds at which the frame reached this device; for a recording, on the recording's own clock. */
  readonly atMs: number;
  /**
   * Milliseconds on a clock that runs like the camera's, for measuring motion: frames that waited in the network arrive
   * together although they were taken one after the other. Only differences between frames have a meaning.
   */
  readonly mediaMs?: number;
  /**
   * Monotonic milliseconds at which the picture was taken, as far as that is known: by the source's own clock, without
   * what the frame waited on its way, and less the configured delay of the camera. Absent for recordings.
   */
  readonly capturedMs?: number;
  /** Size of the source frame in pixels; boxes are in these pixels. */
  readonly width: number;
  readonly height: number;
}
