import type { CodePicture } from './picture.ts';

/** Luma as of ITU-R BT.601. */
export function luma(red: number, green: number, blue: number): number {
  return 0.299 * red + 0.587 * green + 0.114 * blue;
}

/**
 * The picture in grey; the same pixels where it is grey already.
 *
 * @throws RangeError where the size does not fit the number of pixels.
 */
export function greyOf({ width, height, channels, pixels }: CodePicture): {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint8Array;
} {
  if (!(width > 0 && height > 0) || pixels.length !== width * height * channels)
    throw new RangeError(`a picture of ${width} x ${height} x ${channels} has ${pixels.length} values`);
  if (channels === 1) return { width, height, pixels };
  const grey = new Uint8Array(width * height);
  for (let at = 0; at < grey.length; at += 1)
    grey[at] = luma(pixels[at * 3] ?? 0, pixels[at * 3 + 1] ?? 0, pixels[at * 3 + 2] ?? 0);
  return { width, height, pixels: grey };
}
