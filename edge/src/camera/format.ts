import { type LetterboxAnchor, type PictureSize, type Region, regionRect } from '../domain/index.ts';

/** How one model wants its picture: packed 8-bit pixels, letterboxed to exactly this size. */
export interface FrameFormat {
  readonly width: number;
  readonly height: number;
  readonly color: 'rgb' | 'bgr';
  readonly anchor: LetterboxAnchor;
  /** Grey level of the bars, 0 to 255. */
  readonly fill: number;
  /** Only this part of the picture; all of it when left out. */
  readonly region?: Region | undefined;
}

/** The frame or a region of it without bars, as packed 8-bit pixels: tiles and detections are cropped from it. */
export interface WholeFormat {
  readonly color: 'rgb' | 'bgr';
  readonly region?: Region | undefined;
  /** 1 gives the source's own pixels; 0.5 half as many in each direction. */
  readonly scale: number;
}

export type OutputFormat = FrameFormat | WholeFormat;

export function isWhole(format: OutputFormat): format is WholeFormat {
  return 'scale' in format;
}

/** Equal for formats whose bytes are the same. */
export function formatKey(format: OutputFormat): string {
  const part = format.region === undefined ? '' : ` of ${format.region.join(',')}`;
  if (isWhole(format)) return `whole ${format.color} at ${format.scale}${part}`;
  return `${format.width}x${format.height} ${format.color} ${format.anchor} ${format.fill}${part}`;
}

/** Size of an output for a source of a known size. */
export function outputSize(format: OutputFormat, source: PictureSize): PictureSize {
  if (!isWhole(format)) return { width: format.width, height: format.height };
  const { width, height } = format.region === undefined ? source : regionRect(format.region, source);
  return { width: scaled(width, format.scale), height: scaled(height, format.scale) };
}

function scaled(length: number, scale: number): number {
  return Math.max(1, Math.trunc(length * scale + 0.5));
}

/** Bytes of a packed 3-channel picture. */
export function pictureBytes(size: PictureSize): number {
  return size.width * size.height * 3;
}

/**
 * The picture kept for evidence and live view is at most this wide, and never wider than its source: Full HD is kept as it
 * is. In planes it costs hardly more than a smaller one (docs/decisions/0050).
 */
export const PICTURE_MAX_WIDTH = 1920;

/** A pixel that claims to be wider or higher than this many times its other side is a broken header, and taken as square. */
export const PIXEL_ASPECT_MAX = 4;
