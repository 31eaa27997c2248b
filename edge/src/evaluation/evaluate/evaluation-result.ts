import type { Confusion } from '../metrics/confusion.ts';
import type { MetricsTable } from '../report/tables.ts';
import type { Overlay } from '../../pipeline/index.ts';

/** An image with errors; the more confident the errors, the earlier it is listed. */
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

/** The evaluation of a model on a set, for every task. */
export interface EvaluationResult {
  /** The metrics under stable names, for JSON. */
  readonly figures: object;
  /** One line above the table. */
  readonly summary: string;
  readonly table: MetricsTable;
  readonly confusion: Confusion;
  readonly notes: readonly string[];
  /** Explains what is drawn on the worst images; left out where nothing is drawn. */
  readonly legend?: string;
  readonly worst: readonly WorstImage[];
  /** Images without a result. */
  readonly failures: readonly Failure[];
}

/** At most this many images of each kind are in a report. */
export const WORST_EACH = 12;
