import sharp from 'sharp';
import { messageOf } from '@lineside/kit';
import { ReadingError } from './errors.ts';
import type { CodePicture } from './picture.ts';

/** Pixels of the largest picture that is decoded: 50 megapixels are 50 MB in grey. */
const MOST_PIXELS = 50_000_000;

/**
 * An image file (JPEG, PNG, WebP ...) in grey, turned upright as its EXIF data says.
 *
 * @throws ReadingError `image_unreadable` where it is missing, damaged, too large, or no image.
 */
export async function greyImage(path: string): Promise<CodePicture> {
  try {
    const { data, info } = await sharp(path, { limitInputPixels: MOST_PIXELS, failOn: 'error' })
      .rotate()
      .flatten({ background: '#fff' })
      .greyscale()
      .toColourspace('b-w')
      .raw()
      .toBuffer({ resolveWithObject: true });
    return { width: info.width, height: info.height, channels: 1, pixels: new Uint8Array(data) };
  } catch (error) {
    throw new ReadingError('image_unreadable', `${path} cannot be read: ${messageOf(error)}`, error);
  }
}
