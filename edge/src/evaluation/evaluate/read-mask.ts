import type { PictureSize } from '../../domain/index.ts';

/** A mask in the size of a map, one byte per pixel, 0 where it is black. */
export async function readMask(path: string, { width, height }: PictureSize): Promise<Uint8Array> {
  // Loaded here, because the image library is large and only masks need it.
  const { default: sharp } = await import('sharp');
  const { data } = await sharp(path)
    .removeAlpha()
    .toColourspace('b-w')
    .resize(width, height, { fit: 'fill', kernel: 'nearest' })
    .raw()
    .toBuffer({ resolveWithObject: true });
  return data.length === width * height ? data : data.filter((_, at) => at % (data.length / (width * height)) === 0);
}
