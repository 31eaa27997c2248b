import type { Box } from '../../output/index.ts';
import type { FloatOutput } from './box-reader.ts';
import type { maskOf } from './masks.ts';
import type { Walk } from './shapes.ts';

/** The coefficients of one row: `count` attributes from `first` on. */
export function coefficientsOf(
  { data }: FloatOutput,
  { step, stride }: Walk,
  row: number,
  first: number,
  count: number,
): Float64Array {
  const coefficients = new Float64Array(count);
  for (let m = 0; m < count; m++) coefficients[m] = data[row * stride + (first + m) * step]!;
  return coefficients;
}

/** The weighted sum of prototypes [1, M, h, w] over the cells that touch `box`, with a margin of one for the interpolation. */
export function weighted(
  { data, shape }: FloatOutput,
  coefficients: Float64Array,
  box: Box,
  input: { readonly width: number; readonly height: number },
): Parameters<typeof maskOf>[0] {
  const [, , rows, columns] = shape as readonly [number, number, number, number];
  const [kx, ky] = [columns / input.width, rows / input.height];
  const left = clamp(Math.floor(box[0] * kx) - 1, columns - 1);
  const top = clamp(Math.floor(box[1] * ky) - 1, rows - 1);
  const width = clamp(Math.ceil(box[2] * kx) + 1, columns) - left;
  const height = clamp(Math.ceil(box[3] * ky) + 1, rows) - top;
  const values = new Float32Array(Math.max(1, width) * Math.max(1, height));
  for (const [m, weight] of coefficients.entries()) {
    for (let row = 0; row < height; row++) {
      const from = (m * rows + top + row) * columns + left;
      for (let i = 0; i < width; i++) values[row * width + i]! += weight * data[from + i]!;
    }
  }
  return { width: Math.max(1, width), height: Math.max(1, height), values, left, top, columns, rows };
}

function clamp(value: number, most: number): number {
  return Math.min(most, Math.max(0, value));
}
