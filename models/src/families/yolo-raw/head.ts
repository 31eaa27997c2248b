import { wrongShape } from '../decoding/bad-output.ts';
import type { FloatOutput } from '../decoding/box-reader.ts';
import type { BadOutput, DeclaredOutput } from '../decoding/decoder.ts';
import type { Grid } from '../decoding/grid.ts';
import { fits, isFloat } from '../decoding/shapes.ts';

/** Attributes of an output's cells, if it has the grid's: [1, A, rows, columns] or [1, cells, A]. */
export function attributesOf(output: DeclaredOutput, { rows, columns, cells }: Grid): number | string | undefined {
  if (!isFloat(output)) return undefined;
  if (fits(output, [1, undefined, rows, columns])) return output.shape[1];
  return fits(output, [1, cells, undefined]) ? output.shape[2] : undefined;
}

/** Checks that an output has `wanted` attributes per cell. */
export function checkHead(output: DeclaredOutput, grid: Grid, wanted: number, what: string): BadOutput | undefined {
  const attributes = attributesOf(output, grid);
  if (attributes === wanted || typeof attributes === 'string') return undefined;
  const { rows, columns, cells } = grid;
  return wrongShape(output, `float32 [1, ${wanted}, ${rows}, ${columns}] or [1, ${cells}, ${wanted}] as ${what}`);
}

/** Value `a` of a cell is at `a * step + cell * apart`. */
export function headWalk({ shape }: FloatOutput, { cells }: Grid): { readonly step: number; readonly apart: number } {
  return shape.length === 4 ? { step: cells, apart: 1 } : { step: 1, apart: shape[2]! };
}
