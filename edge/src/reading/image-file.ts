import { messageOf } from '@lineside/kit';
import { ReadingError } from './errors.ts';
import type { CodePicture } from './picture.ts';

/** Pixels of the largest picture that is decoded: 50 megapixels are 50 MB in grey. */
const MOST_PIXELS = 50_000_000;

/**
 * An image (JPEG, PNG, WebP ...) in grey, turned upright as its EXIF data says: a file, or its bytes.
 *
 * @throws ReadingError `image_unreadable` where it is missing, damaged, too large, or no image.
 */
export async function greyImage(image: string | Uint8Array): Promise<CodePicture> {
  // Here, because the line reads no image files.
  const { default: sharp } = await import('sharp');
  try {
    const { data, info } = await sharp(image, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .rotate()
      .flatten({ background: '#fff' })
      .greyscale()
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 1, pixels: new Uint8Array(data) };
  } catch (error) {
    throw new ReadingError(
      'image_unreadable',
      `${typeof image === 'string' ? image : 'the picture'} cannot be read: ${messageOf(error)}`,
      error,
    );
  }
}

/** A part of a picture; `box` is left, top, right and bottom in fractions of it, 0 to 1. */
export function cropPicture(
  { width, height, channels, pixels }: CodePicture,
  [left, top, right, bottom]: readonly [number, number, number, number],
): CodePicture {
  const [x, y] = [Math.floor(left * width), Math.floor(top * height)];
  const [wide, high] = [Math.max(1, Math.ceil(right * width) - x), Math.max(1, Math.ceil(bottom * height) - y)];
  const cropped = new Uint8Array(wide * high * channels);
  for (let row = 0; row < high; row += 1) {
    const from = ((y + row) * width + x) * channels;
    cropped.set(pixels.subarray(from, from + wide * channels), row * wide * channels);
  }
  return { width: wide, height: high, channels, pixels: cropped };
}
