import type { OutputOptions } from '../../form/index.ts';

export type RowColumns = NonNullable<OutputOptions['columns']>;

/** Where a row holds what: index of the first corner, of the score, of the class, and of the frame's number. */
export interface RowForm {
  readonly width: number;
  readonly box: number;
  readonly score: number;
  readonly classId: number;
  readonly batch?: number;
  /** Boxes are fractions of the input unless the manifest says otherwise. */
  readonly fractions?: true;
}

/** Each form in which a graph with non-maximum suppression inside gives one row per box. */
export const ROW_FORMS: Readonly<Record<RowColumns, RowForm>> = {
  batch_box_class_score: { width: 7, batch: 0, box: 1, classId: 5, score: 6 },
  batch_class_score_box: { width: 7, batch: 0, classId: 1, score: 2, box: 3, fractions: true },
  box_score_class: { width: 6, box: 0, score: 4, classId: 5 },
  class_score_box: { width: 6, classId: 0, score: 1, box: 2 },
};
