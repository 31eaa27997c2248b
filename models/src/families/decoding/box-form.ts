import type { BoxForm } from '../../form/index.ts';
import type { Candidates } from './candidates.ts';

/** Adds the box whose four numbers begin at `at`, scaled by `unit`. */
export function addBox(
  candidates: Candidates,
  { row, classId, score }: { readonly row: number; readonly classId: number; readonly score: number },
  { data, at, form, unit }: BoxNumbers,
): void {
  const [ux, uy] = unit;
  const [a, b, c, d] = [data[at]!, data[at + 1]!, data[at + 2]!, data[at + 3]!];
  switch (form) {
    case 'corners':
      candidates.add(row, classId, score, a * ux, b * uy, c * ux, d * uy);
      return;
    case 'corners_yx':
      candidates.add(row, classId, score, b * ux, a * uy, d * ux, c * uy);
      return;
    case 'centre':
      candidates.addCentred(row, classId, score, a * ux, b * uy, c * ux, d * uy);
      return;
  }
}

export interface BoxNumbers {
  readonly data: Float32Array;
  readonly at: number;
  readonly form: BoxForm;
  readonly unit: readonly [x: number, y: number];
}
