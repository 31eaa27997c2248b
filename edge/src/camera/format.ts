import type { LetterboxAnchor, PictureSize } from '../domain/index.ts';

/** How one model wants its picture: packed 8-bit pixels, letterboxed to exactly this size. */
export interface FrameFormat {
  readonly width: number;
  readonly height: number;
  readonly color: 'rgb' | 'bgr';
  readonly anchor: LetterboxAnchor;
  /** Grey level of the bars, 0 to 255. */
  readonly fill: number;
}

/** Equal for formats whose bytes are the same. */
export function formatKey(format: FrameFormat): string {
  return `${format.width}x${format.height} ${format.color} ${format.anchor} ${format.fill}`;
}

/** Bytes of a packed 3-channel picture. */
export function pictureBytes(size: PictureSize): number {
  return size.width * size.height * 3;
}

/** The picture kept for evidence and live view is at most this wide, and never wider than its source. */
export const PICTURE_MAX_WIDTH = 960;
