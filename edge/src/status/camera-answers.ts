/** What FFmpeg wrote last for one camera, oldest first; without credentials. */
export interface CameraLog {
  readonly camera: string;
  readonly lines: readonly {
    /** Wall ms. */
    readonly atMs: number;
    readonly text: string;
  }[];
}

/** A camera that was accepted as it is now. Levels are 0 to 255. */
export interface AcceptedCamera {
  readonly camera: string;
  /** Wall ms. */
  readonly acceptedAtMs: number;
  readonly measuredMs: number;
  /** How much of one picture is what stays in it, on average, 0 to 1; below 0.3 a move cannot be detected. */
  readonly similarity: number;
  readonly luma: number;
  readonly contrast: number;
  readonly sharpness: number;
  readonly fps?: number;
  readonly bitsPerS?: number;
  readonly keyframeIntervalMs?: number;
  /** Path of the picture that was kept, on the device. */
  readonly picture?: string;
}
