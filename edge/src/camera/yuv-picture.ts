import type { PictureSize } from '../domain/index.ts';

/**
 * By which colours were coded. A picture in planes has its luma row by row, then the two planes of colour at half the width
 * and height, rounded up (4:2:0), all in the limited range: 16 is black, 235 is white.
 */
export type YuvMatrix = 'bt601' | 'bt709' | 'bt2020';

/** Parts of red and blue in luma (ITU-R BT.601, BT.709, BT.2020). */
const WEIGHTS: Readonly<Record<YuvMatrix, readonly [red: number, blue: number]>> = {
  bt601: [0.299, 0.114],
  bt709: [0.2126, 0.0722],
  bt2020: [0.2627, 0.0593],
};
const BLACK = 16;
const WHITE = 235;
/** Colour lies between 16 and 240, and none of it is at 128. */
const NO_COLOUR = 128;
const COLOUR_SPAN = 224;
const BITS = 16;
const HALF = 1 << (BITS - 1);
const LEVELS = Uint8Array.from({ length: 256 }, (_, luma) =>
  Math.max(0, Math.min(255, Math.round(((luma - BLACK) * 255) / (WHITE - BLACK)))),
);

/** Brightness 0 to 255 of a luma sample. */
export function lumaLevel(sample: number): number {
  return LEVELS[sample] ?? 0;
}

/** A picture for evidence, as packed rgb where there is no matrix. */
export interface LumaSource {
  readonly pixels: Uint8Array;
  readonly matrix?: YuvMatrix | undefined;
}

/** Reads the brightness, 0 to 255, of the pixel at a place, which counts row by row from the top left. */
export function lumaReader({ pixels, matrix }: LumaSource): (place: number) => number {
  if (matrix !== undefined) return (place) => LEVELS[pixels[place] ?? 0] ?? 0;
  return (place) => {
    const at = 3 * place;
    return (54 * (pixels[at] ?? 0) + 183 * (pixels[at + 1] ?? 0) + 19 * (pixels[at + 2] ?? 0)) >> 8;
  };
}

/** Bytes of a picture in planes. */
export function yuvBytes({ width, height }: PictureSize): number {
  return width * height + 2 * Math.ceil(width / 2) * Math.ceil(height / 2);
}

/**
 * The matrix in the line that FFmpeg writes about a stream: `yuv420p(tv, bt709, progressive)`. As in FFmpeg, OpenCV and
 * most that is trained with them, a stream that names none is BT.601, whatever its size.
 */
export function matrixOf(line: string): YuvMatrix {
  const details = /, (?:yuv|nv|p0)\w*\(([^)]*)\)/.exec(line)?.[1] ?? '';
  const [name = ''] = /\bbt2020|\bbt709/.exec(details) ?? [];
  return name === 'bt709' || name === 'bt2020' ? name : 'bt601';
}

/** Packed rgb of a picture in planes; each sample of colour counts for its four pixels. A millisecond or two. */
export function rgbOfYuv(planes: Uint8Array, { width, height }: PictureSize, matrix: YuvMatrix): Uint8Array {
  const [red, blue] = WEIGHTS[matrix];
  const green = 1 - red - blue;
  const fixed = (factor: number): number => Math.round(factor * (1 << BITS));
  const luma = fixed(255 / (WHITE - BLACK));
  const toRed = fixed((2 * (1 - red) * 255) / COLOUR_SPAN);
  const toBlue = fixed((2 * (1 - blue) * 255) / COLOUR_SPAN);
  const [greenOfU, greenOfV] = [(toBlue * blue) / green, (toRed * red) / green].map(Math.round) as [number, number];
  const across = (width + 1) >> 1;
  const firstU = width * height;
  const firstV = firstU + across * ((height + 1) >> 1);
  // It clamps what lies outside 0 to 255.
  const rgb = new Uint8ClampedArray(width * height * 3);
  for (let y = 0, at = 0, to = 0; y < height; y += 1) {
    const row = (y >> 1) * across;
    for (let x = 0; x < width; x += 1, at += 1, to += 3) {
      const u = (planes[firstU + row + (x >> 1)] ?? 0) - NO_COLOUR;
      const v = (planes[firstV + row + (x >> 1)] ?? 0) - NO_COLOUR;
      const grey = ((planes[at] ?? 0) - BLACK) * luma + HALF;
      rgb[to] = (grey + toRed * v) >> BITS;
      rgb[to + 1] = (grey - greenOfU * u - greenOfV * v) >> BITS;
      rgb[to + 2] = (grey + toBlue * u) >> BITS;
    }
  }
  return new Uint8Array(rgb.buffer);
}
