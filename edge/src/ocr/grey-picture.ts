/** Grey values, row by row without gaps. */
export interface GreyPicture {
  readonly width: number;
  readonly height: number;
  /** `width * height` values of 0 to 255. */
  readonly pixels: Uint8Array;
}

/** Samples per pixel and axis where a picture is made smaller: more would cost time and show nothing. */
const MOST_SAMPLES = 4;

/** Where a picture is read: `origin` plus `column` and `row` steps, in pixels of the picture. */
export interface Grid {
  readonly origin: readonly [x: number, y: number];
  readonly column: readonly [x: number, y: number];
  readonly row: readonly [x: number, y: number];
  readonly width: number;
  readonly height: number;
}

/** The picture on a grid, with bilinear interpolation; cells larger than a pixel are averaged, the border is repeated. */
export function resampled(picture: GreyPicture, { origin, column, row, width, height }: Grid): Float32Array {
  const across = Math.min(MOST_SAMPLES, Math.max(1, Math.round(Math.hypot(...column))));
  const down = Math.min(MOST_SAMPLES, Math.max(1, Math.round(Math.hypot(...row))));
  const values = new Float32Array(width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      let sum = 0;
      for (let j = 0; j < down; j += 1) {
        for (let i = 0; i < across; i += 1) {
          const [u, v] = [x + (i + 0.5) / across, y + (j + 0.5) / down];
          sum += greyAt(picture, origin[0] + u * column[0] + v * row[0], origin[1] + u * column[1] + v * row[1]);
        }
      }
      values[y * width + x] = sum / (across * down);
    }
  }
  return values;
}

/** Pixel (0, 0) has its middle at (0.5, 0.5). */
function greyAt({ width, height, pixels }: GreyPicture, x: number, y: number): number {
  const [u, v] = [Math.min(width - 1, Math.max(0, x - 0.5)), Math.min(height - 1, Math.max(0, y - 0.5))];
  const [left, top] = [Math.floor(u), Math.floor(v)];
  const [right, bottom] = [Math.min(width - 1, left + 1), Math.min(height - 1, top + 1)];
  const [a, b] = [u - left, v - top];
  const above = (pixels[top * width + left] ?? 0) * (1 - a) + (pixels[top * width + right] ?? 0) * a;
  const below = (pixels[bottom * width + left] ?? 0) * (1 - a) + (pixels[bottom * width + right] ?? 0) * a;
  return above * (1 - b) + below * b;
}
