import type { Confusion } from '../metrics/confusion.ts';
import type { MetricsTable } from '../report/tables.ts';
import type { Overlay } from '../../pipeline/index.ts';

/** A picture worth looking at: the more surely the model was wrong, the earlier it comes. */
export interface WorstImage {
  readonly path: string;
  readonly name: string;
  readonly caption: string;
  readonly overlays: readonly Overlay[];
}

export interface Failure {
  readonly name: string;
  readonly reason: string;
}

/** A model judged on a set, whatever its task. */
export interface EvaluationResult {
  /** For --json: the figures under stable names. */
  readonly figures: object;
  /** Above the table, in a line. */
  readonly summary: string;
  readonly table: MetricsTable;
  readonly confusion: Confusion;
  readonly notes: readonly string[];
  /** How what is drawn on the worst pictures is to be read; left out where nothing is drawn. */
  readonly legend?: string;
  readonly worst: readonly WorstImage[];
  /** Pictures that gave no result. */
  readonly failures: readonly Failure[];
}

/** Most pictures of each kind that a report shows. */
export const WORST_EACH = 12;
