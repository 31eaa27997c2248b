import { SCORE_SLACK } from './numbers.ts';
import type { Walk } from './shapes.ts';

/** A table with objectness and class scores, both 0 to 1. */
export interface ScoredTable {
  readonly way: Walk;
  /** Attribute that holds the probability of an object. */
  readonly object: number;
  /** First attribute of the classes. */
  readonly first: number;
  readonly classes: number;
  /** Lowest product of objectness and best class that counts. */
  readonly score: number;
}

/**
 * Calls `report` for each row whose objectness times best class is at least `score`. Classes are read only where the
 * objectness alone is sufficient. Returns the least and greatest score when one is far outside 0..1.
 */
export function scoredRows(
  data: Float32Array,
  { way, object, first, classes, score }: ScoredTable,
  report: (row: number, classId: number, score: number) => void,
): readonly [least: number, most: number] | undefined {
  const { rows, step, stride } = way;
  // Half precision may leave a class a little above 1.
  const enough = score / (1 + SCORE_SLACK);
  let least = 0;
  let most = 0;
  for (let i = 0; i < rows; i++) {
    const at = i * stride;
    const objectness = data[at + object * step]!;
    if (objectness < least) least = objectness;
    if (objectness > most) most = objectness;
    if (!(objectness >= enough)) continue;
    let best = Number.NEGATIVE_INFINITY;
    let bestClass = 0;
    for (let c = 0; c < classes; c++) {
      const value = data[at + (first + c) * step]!;
      if (value < least) least = value;
      if (value > best) {
        best = value;
        bestClass = c;
      }
    }
    if (best > most) most = best;
    const product = objectness * best;
    if (product >= score) report(i, bestClass, product);
  }
  return most > 1 + SCORE_SLACK || least < -SCORE_SLACK ? [least, most] : undefined;
}
