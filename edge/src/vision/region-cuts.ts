import type { CodeRead, LineRead, Mark, RegionRead, RegionToRead } from '../domain/index.ts';
import { type Corner, type ReadRegion, type RegionPicture, SYMBOLOGIES } from '../reading/index.ts';
import { rectAround } from './detection-crops.ts';
import type { SharedPixels } from './shared-pixels.ts';
import { copyRect } from './tiles.ts';

/** The pixels of a region out of a frame at the source's own size, as a picture of its own. */
export function cutRegion({ bytes, size }: SharedPixels, { name, box, codes, text }: RegionToRead): RegionPicture {
  const rect = rectAround(box, 0, size);
  const pixels = new Uint8Array(rect.width * rect.height * 3);
  copyRect({ bytes, size }, rect, { bytes: pixels, size: rect }, { left: 0, top: 0 });
  const symbologies = SYMBOLOGIES.filter((one) => codes?.includes(one));
  return {
    ...{ name, text, picture: { width: rect.width, height: rect.height, channels: 3, pixels } },
    ...(codes === undefined ? {} : { symbologies }),
  };
}

/** What was read in a region, with places as fractions of it. */
export function regionRead({ name, width, height, printed, codes, lines, noTextReader }: ReadRegion): RegionRead {
  const markOf = (corners: readonly Corner[], angle: number): Mark => {
    const mean = (axis: 0 | 1): number => corners.reduce((sum, corner) => sum + corner[axis], 0) / corners.length;
    return { at: [mean(0) / width, mean(1) / height], angle };
  };
  return {
    name,
    printed,
    codes: codes.map(
      ({ symbology, text, corners, rotation, contrast, quietZone, unusedCorrection }): CodeRead => ({
        ...{ symbology, text, mark: markOf(corners, rotation), contrast },
        ...(quietZone === undefined ? {} : { quietZone }),
        ...(unusedCorrection === undefined ? {} : { unusedCorrection }),
      }),
    ),
    lines: lines.map(({ text, score, corners }): LineRead => {
      const [[x1, y1], [x2, y2]] = corners;
      return { text, score, mark: markOf(corners, (Math.atan2(y2 - y1, x2 - x1) * 180) / Math.PI) };
    }),
    ...(noTextReader === true ? { noTextReader } : {}),
  };
}
