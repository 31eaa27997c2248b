import type { PictureSize } from '../../output/index.ts';

/** The cells of one head on the model's input. */
export interface Grid {
  /** Pixels of the input per cell. */
  readonly stride: number;
  readonly columns: number;
  readonly rows: number;
  readonly cells: number;
}

export function grids(input: PictureSize, strides: readonly number[]): readonly Grid[] {
  return strides.map((stride) => {
    const columns = Math.ceil(input.width / stride);
    const rows = Math.ceil(input.height / stride);
    return { stride, columns, rows, cells: columns * rows };
  });
}

export function allCells(all: readonly Grid[]): number {
  return all.reduce((sum, { cells }) => sum + cells, 0);
}
