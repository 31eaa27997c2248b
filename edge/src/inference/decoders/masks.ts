import type { Box, Letterbox, Mask, PictureSize } from '../../domain/index.ts';
import type { PlaceMap } from './content.ts';

/** Where the model's input lies on the source picture. */
export interface MaskPlace {
  readonly fit: Letterbox;
  readonly input: PictureSize;
  readonly source: PictureSize;
}

/**
 * Outline of what is above 0 in `map` within `box`: a pixel of the source belongs to it when the map, interpolated
 * bilinearly at the pixel's middle (samples in the middle of their cells, edges continued), is above 0. `map` covers
 * the model's input from cell (`left`, `top`) of a grid of `columns` x `rows` cells; the whole of it when left out.
 */
export function maskOf(
  map: PlaceMap & { readonly left?: number; readonly top?: number; readonly columns?: number; readonly rows?: number },
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

/** The row at `v`, between the two that lie about it. */
function blendRows({ width, height, values }: PlaceMap, v: number, line: Float64Array): void {
  const place = Math.min(height - 1, Math.max(0, v));
  const upper = Math.floor(place);
  const share = place - upper;
  const from = upper * width;
  const next = Math.min(height - 1, upper + 1) * width;
  for (let i = 0; i < width; i++) line[i] = values[from + i]! * (1 - share) + values[next + i]! * share;
}

/** One row of pixels. Between two samples the line is straight: with both on one side of 0, so is all between them. */
function writeLine(
  line: Float64Array,
  { from, width, a, b }: { readonly from: number; readonly width: number; readonly a: number; readonly b: number },
  runs: RunWriter,
): void {
  const last = line.length - 1;
  let pixel = 0;
  while (pixel < width) {
    const place = Math.min(last, Math.max(0, a + b * (from + pixel)));
    const cell = Math.min(Math.floor(place), Math.max(0, last - 1));
    const [here, next] = [line[cell]!, line[Math.min(last, cell + 1)]!];
    // First pixel at or beyond the next sample.
    const beyond = cell >= last - 1 ? width : Math.ceil((cell + 1 - a) / b) - from;
    const end = Math.min(width, Math.max(pixel + 1, beyond));
    if (here > 0 === next > 0) runs.add(here > 0, end - pixel);
    else {
      for (let n = pixel; n < end; n++) {
        const share = Math.min(last, Math.max(0, a + b * (from + n))) - cell;
        runs.add(here * (1 - share) + next * share > 0, 1);
      }
    }
    pixel = end;
  }
}

/** Lengths of runs, beginning with one outside, which may be 0. */
class RunWriter {
  readonly #runs: number[] = [];
  #inside = false;
  #length = 0;

  add(inside: boolean, count: number): void {
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
