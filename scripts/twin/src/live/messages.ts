import type { Line } from '../scenes/index.ts';

/** What a camera's thread is given. */
export interface LiveOrder {
  readonly line: Line;
  readonly cameraId: string;
  /** Wall time (ms since 1970) of frame 0; all cameras of a line share it. */
  readonly zero: number;
}

/** One coded picture from a camera's thread. */
export interface LiveUnit {
  readonly annexB: Uint8Array<ArrayBuffer>;
  readonly frame: number;
  readonly key: boolean;
}
