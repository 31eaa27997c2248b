import type { PictureSize } from '../domain/index.ts';
import type { Overlay } from '../pipeline/index.ts';
import { overlaySvg } from './draw.ts';
import { imageLibrary } from './image-library.ts';

export interface BoxesOnJpeg {
  readonly jpeg: Uint8Array;
  readonly overlays: readonly Overlay[];
  /** Size in whose pixels the boxes are; that of the JPEG when left out. */
  readonly source?: PictureSize | undefined;
  /** Makes it no wider than this. */
  readonly maxWidth?: number | undefined;
}

/** A JPEG with boxes drawn on it, or made smaller, or both. */
export async function drawOnJpeg({ jpeg, overlays, source, maxWidth }: BoxesOnJpeg): Promise<Buffer> {
  const sharp = await imageLibrary();
  const { data, info } = await sharp(jpeg).removeAlpha().raw().toBuffer({ resolveWithObject: true });
  const width = Math.min(info.width, maxWidth ?? info.width);
  const height = Math.max(1, Math.round((info.height * width) / info.width));
  let image = sharp(data, { raw: { width: info.width, height: info.height, channels: 3 } });
  if (width !== info.width) image = image.resize(width, height, { fit: 'fill' });
  if (overlays.length > 0) {
    const svg = overlaySvg({ source: source ?? info, overlays }, { width, height });
    image = image.composite([{ input: Buffer.from(svg), left: 0, top: 0 }]);
  }
  return image.jpeg({ quality: 85 }).toBuffer();
}
