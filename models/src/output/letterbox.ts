import type { Box } from './detection.ts';
import type { PictureSize } from './picture-size.ts';

/**
 * How a frame is fitted into a model's input. `center`: all of it, with bars on both sides. `top-left`: all of it, with bars
 * at the right and below. `stretch`: stretched to fill the input, for models that were trained on images that were simply
 * resized. `cover`: only the middle of the frame, as classifications are usually trained.
 */
export type LetterboxAnchor = 'center' | 'top-left' | 'stretch' | 'cover';

/** Where a source frame lies inside a model's input, in pixels of that input; beyond its edges where it is cut off. */
export interface Letterbox {
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

/**
 * Fits `source` into `target`; except with `stretch` without distortion: one scale for both axes, sides rounded half up to
 * integer pixels, offsets rounded down. The camera's filter graph computes the same in double precision, so both ends agree.
 */
export function letterbox(source: PictureSize, target: PictureSize, anchor: LetterboxAnchor): Letterbox {
  if (anchor === 'stretch') return { left: 0, top: 0, width: target.width, height: target.height };
  const ratios = [target.width / source.width, target.height / source.height] as const;
  const scale = anchor === 'cover' ? Math.max(...ratios) : Math.min(...ratios);
  const width = Math.max(1, Math.trunc(source.width * scale + 0.5));
  const height = Math.max(1, Math.trunc(source.height * scale + 0.5));
  if (anchor === 'top-left') return { left: 0, top: 0, width, height };
  return {
    left: Math.trunc((target.width - width) / 2),
    top: Math.trunc((target.height - height) / 2),
    width,
    height,
  };
}

/** A box in the model's pixels as a box in the source's pixels, clipped to the source; empty where it lies outside. */
export function unletterbox(box: Box, fit: Letterbox, source: PictureSize): Box {
  const kx = source.width / fit.width;
  const ky = source.height / fit.height;
  const clip = (value: number, most: number): number => Math.min(most, Math.max(0, value));
  return [
    clip((box[0] - fit.left) * kx, source.width),
    clip((box[1] - fit.top) * ky, source.height),
    clip((box[2] - fit.left) * kx, source.width),
    clip((box[3] - fit.top) * ky, source.height),
  ];
}
