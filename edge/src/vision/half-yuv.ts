import type { PictureSize } from '../domain/index.ts';

/**
 * A picture in planes (4:2:0) at half its width and height: the mean of each four samples. For what is shown small, this
 * costs a fraction of the conversion of all pixels to rgb.
 */
export function halfYuv(
  planes: Uint8Array,
  size: PictureSize,
): { readonly pixels: Uint8Array; readonly size: PictureSize } {
  const half = { width: size.width >> 1, height: size.height >> 1 };
  const colour = { width: (size.width + 1) >> 1, height: (size.height + 1) >> 1 };
  const halfColour = { width: (half.width + 1) >> 1, height: (half.height + 1) >> 1 };
  const luma = size.width * size.height;
  const out = new Uint8Array(half.width * half.height + 2 * halfColour.width * halfColour.height);
  halve(planes, size, out, half);
  for (const n of [0, 1]) {
    const from = luma + n * colour.width * colour.height;
    const to = half.width * half.height + n * halfColour.width * halfColour.height;
    halve(planes.subarray(from), colour, out.subarray(to), halfColour);
  }
  return { pixels: out, size: half };
}

/** At an odd edge the last sample counts twice. */
function halve(from: Uint8Array, { width, height }: PictureSize, to: Uint8Array, half: PictureSize): void {
  for (let y = 0, at = 0; y < half.height; y += 1) {
    const upper = 2 * y * width;
    const lower = Math.min(2 * y + 1, height - 1) * width;
    for (let x = 0; x < half.width; x += 1, at += 1) {
      const left = 2 * x;
      const right = Math.min(left + 1, width - 1);
      const sum =
        (from[upper + left] ?? 0) + (from[upper + right] ?? 0) + (from[lower + left] ?? 0) + (from[lower + right] ?? 0);
      to[at] = (sum + 2) >> 2;
    }
  }
}
