import type { Box, Letterbox, Mask, PictureSize } from '../../output/index.ts';
import type { ScoreMap } from './content.ts';

/** Where the model's input lies on the source frame. */
export interface MaskPlace {
  readonly fit: Letterbox;
  readonly input: PictureSize;
  readonly source: PictureSize;
}

/**
 * Mask of what is above 0 in `map` within `box`: a pixel of the source belongs to it when the map, interpolated
 * bilinearly at the pixel's centre (samples in the centre of their cells, edges continued), is above 0. `map` covers
 * the model's input from cell (`left`, `top`) of a grid of `columns` x `rows` cells; all of it when left out.
 */
export function maskOf(
  map: ScoreMap & { readonly left?: number; readonly top?: number; readonly columns?: number; readonly rows?: number },
  box: Box,
  { fit, input, source }: MaskPlace,
): Mask {
  const x = Math.floor(box[0]);
  const y = Math.floor(box[1]);
  const width = Math.max(1, Math.min(source.width, Math.ceil(box[2])) - x);
  const height = Math.max(1, Math.min(source.height, Math.ceil(box[3])) - y);
  const { left = 0, top = 0, columns = map.width, rows = map.height } = map;
  // Place in the map = a + b * pixel.
  const bx = ((fit.width / source.width) * columns) / input.width;
  const ax =
    ((0.5 * fit.width) / source.width) * (columns / input.width) + (fit.left * columns) / input.width - 0.5 - left;
  const by = ((fit.height / source.height) * rows) / input.height;
  const ay = ((0.5 * fit.height) / source.height) * (rows / input.height) + (fit.top * rows) / input.height - 0.5 - top;
  const runs = new RunWriter();
  const line = new Float64Array(map.width);
  for (let n = 0; n < height; n++) {
    blendRows(map, ay + by * (y + n), line);
    writeLine(line, { from: x, width, a: ax, b: bx }, runs);
  }
  return { x, y, width, height, runs: runs.end() };
}

/** The row at `v`, interpolated between its two neighbours. */
function blendRows({ width, height, values }: ScoreMap, v: number, line: Float64Array): void {
  const place = Math.min(height - 1, Math.max(0, v));
  const upper = Math.floor(place);
  const weight = place - upper;
  const from = upper * width;
  const next = Math.min(height - 1, upper + 1) * width;
  for (let i = 0; i < width; i++) line[i] = values[from + i]! * (1 - weight) + values[next + i]! * weight;
}

/**
 * One row of pixels. Between two samples the line is straight: it changes its sign once where theirs differ, at a place
 * that is computed, and nowhere else.
 */
function writeLine(
  line: Float64Array,
  { from, width, a, b }: { readonly from: number; readonly width: number; readonly a: number; readonly b: number },
  runs: RunWriter,
): void {
  const last = line.length - 1;
  const start = Math.min(last, Math.max(0, a + b * from));
  const first = Math.min(Math.floor(start), Math.max(0, last - 1));
  const weight = start - first;
  let inside = line[first]! * (1 - weight) + line[Math.min(last, first + 1)]! * weight > 0;
  let pixel = 0;
  for (let cell = first; cell < last && pixel < width; cell++) {
    const [here, next] = [line[cell]!, line[cell + 1]!];
    if (here > 0 === next > 0) continue;
    const place = (cell + here / (here - next) - a) / b - from;
    // Rising, the pixel on the place itself is still outside; falling, it already is.
    const change = Math.min(width, Math.max(pixel, next > 0 ? Math.floor(place) + 1 : Math.ceil(place)));
    runs.add(inside, change - pixel);
    inside = next > 0;
    pixel = change;
  }
  runs.add(inside, width - pixel);
}

/** Lengths of runs, beginning with one outside, which may be 0. */
class RunWriter {
  readonly #runs: number[] = [];
  #inside = false;
  #length = 0;

  add(inside: boolean, count: number): void {
    if (count === 0) return;
    if (inside !== this.#inside) {
      this.#runs.push(this.#length);
      this.#inside = inside;
      this.#length = 0;
    }
    this.#length += count;
  }

  end(): readonly number[] {
    return [...this.#runs, this.#length];
  }
}
