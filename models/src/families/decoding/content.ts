import type { Letterbox, PictureSize } from '../../output/index.ts';

/** A map over the model's input, row by row. */
export interface ScoreMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/** The part of a map that covers the frame, without the letterbox's bars. */
export function contentOf({ width, height, values }: ScoreMap, fit: Letterbox, input: PictureSize): ScoreMap {
  const [kx, ky] = [width / input.width, height / input.height];
  const [left, top] = [Math.max(0, Math.floor(fit.left * kx)), Math.max(0, Math.floor(fit.top * ky))];
  const right = Math.min(width, Math.max(left + 1, Math.ceil((fit.left + fit.width) * kx)));
  const bottom = Math.min(height, Math.max(top + 1, Math.ceil((fit.top + fit.height) * ky)));
  const [columns, rows] = [right - left, bottom - top];
  const content = new Float32Array(columns * rows);
  for (let row = 0; row < rows; row++) {
    const from = (top + row) * width + left;
    content.set(values.subarray(from, from + columns), row * columns);
  }
  return { width: columns, height: rows, values: content };
}
