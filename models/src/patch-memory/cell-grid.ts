/** Size of a model's input in pixels, and its grid of cells. */
export interface CellGrid {
  readonly width: number;
  readonly height: number;
  readonly columns: number;
  readonly rows: number;
}

/** Pixels per cell of the extractor's finer stage. */
const CELL = 8;
/** Both sides must be multiples of the pixels per cell of the coarser stage. */
const MULTIPLE = 16;
/** Area of the input: that of a square of 320 pixels, at which the extractor was proved. */
const AREA = 320 * 320;
/** A longer input would leave too few cells across. */
const ASPECT_MOST = 5;

/**
 * The input for images of this aspect (width / height). It has their shape and not always that of a square, so that they
 * can be stretched into it with little distortion and no bars are ever in it: bars that move from image to image would
 * look like faults. Its area is the same for every shape, and so is its cost.
 */
export function inputSizeFor(aspect: number): CellGrid {
  const bounded = Math.min(ASPECT_MOST, Math.max(1 / ASPECT_MOST, aspect));
  const width = nearest(Math.sqrt(AREA * bounded));
  return gridOf(width, nearest(width / bounded));
}

/** The grid of an input of a known size, in pixels. */
export function gridOf(width: number, height: number): CellGrid {
  return { width, height, columns: width / CELL, rows: height / CELL };
}

function nearest(length: number): number {
  return Math.max(4 * MULTIPLE, Math.round(length / MULTIPLE) * MULTIPLE);
}
