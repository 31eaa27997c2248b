/** What FFmpeg wrote last for one camera, oldest first; without credentials. */
export interface CameraLog {
  readonly camera: string;
  readonly lines: readonly {
    /** Wall ms. */
    readonly atMs: number;
    readonly text: string;
  }[];
}
