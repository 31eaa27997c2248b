import { type Detection, iou, type Letterbox } from '../../domain/index.ts';

/** A rectangle of the model's input that is painted over, and the cells of the heat map that it covers. */
export interface Patch {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  readonly cells: readonly number[];
}

/** Heat per cell over the image, row by row, 0 to 1. */
export interface HeatMap {
  readonly width: number;
  readonly height: number;
  readonly values: Float32Array;
}

/**
 * Occlusion sensitivity (Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", 2014): a grey square
 * slides over the picture, and where it costs the answer most, there the answer came from. The square covers two by two
 * cells and moves by one, so that each cell is the mean of up to four looks.
 */
export class Occlusion {
  readonly columns: number;
  readonly rows: number;
  readonly patches: readonly Patch[];
  readonly #sums: Float64Array;
  readonly #looks: Uint16Array;

  /** `fit`: where the image is in the model's input. `grid`: cells along its longer side, at least 2. */
  constructor(fit: Letterbox, grid: number) {
    const cell = Math.max(fit.width, fit.height) / grid;
    this.columns = Math.max(2, Math.round(fit.width / cell));
    this.rows = Math.max(2, Math.round(fit.height / cell));
    this.patches = patchesOf(fit, this.columns, this.rows);
    this.#sums = new Float64Array(this.columns * this.rows);
    this.#looks = new Uint16Array(this.columns * this.rows);
  }

  /** `drop`: what the patch took from the score; below 0 where the answer became surer without it. */
  add(patch: Patch, drop: number): void {
    for (const cell of patch.cells) {
      this.#sums[cell] = (this.#sums[cell] ?? 0) + drop;
      this.#looks[cell] = (this.#looks[cell] ?? 0) + 1;
    }
  }

  /** Mean drop per cell, the greatest being 1; all 0 where nothing cost anything. Cells never covered are 0. */
  get heat(): HeatMap {
    const means = Float32Array.from(this.#sums, (sum, cell) => Math.max(0, sum / Math.max(1, this.#looks[cell] ?? 0)));
    const most = means.reduce((a, b) => Math.max(a, b), 0);
    return { width: this.columns, height: this.rows, values: most > 0 ? means.map((mean) => mean / most) : means };
  }
}

function patchesOf(fit: Letterbox, columns: number, rows: number): readonly Patch[] {
  const x = (column: number): number => fit.left + Math.round((column * fit.width) / columns);
  const y = (row: number): number => fit.top + Math.round((row * fit.height) / rows);
  return Array.from({ length: (rows - 1) * (columns - 1) }, (_, index) => {
    const column = index % (columns - 1);
    const row = Math.floor(index / (columns - 1));
    const first = row * columns + column;
    return {
      x: x(column),
      y: y(row),
      width: x(column + 2) - x(column),
      height: y(row + 2) - y(row),
      cells: [first, first + 1, first + columns, first + columns + 1],
    };
  });
}

/** How much of `target` remains: the best score of its label, weighted by the IoU with its box. */
export function remaining(target: Detection, found: readonly Detection[]): number {
  return found
    .filter(({ label }) => label === target.label)
    .reduce((best, { score, box }) => Math.max(best, score * iou(box, target.box)), 0);
}

/** Paints a patch of packed 3-channel pixels, `stride` pixels wide, with one grey. */
export function paintOver(pixels: Uint8Array, stride: number, patch: Patch, grey: number): void {
  const [left, right] = [Math.max(0, patch.x), Math.min(stride, patch.x + patch.width)];
  const bottom = Math.min(pixels.length / (3 * stride), patch.y + patch.height);
  if (left >= right) return;
  for (let row = Math.max(0, patch.y); row < bottom; row += 1) {
    pixels.fill(grey, 3 * (row * stride + left), 3 * (row * stride + right));
  }
}
