/** One detection of a class, over all images: its score, and whether it matched an object. */
export interface Mark {
  readonly score: number;
  readonly hit: boolean;
}

/** Precision and recall when everything from `score` up counts. */
export interface CurvePoint {
  readonly score: number;
  readonly precision: number;
  readonly recall: number;
}

/**
 * Precision over recall, best score first, one point per distinct score: no threshold can part detections of equal
 * score, so their order must not matter. Empty without detections; recalls are 0 where `truths` is 0.
 */
export function precisionRecallCurve(marks: readonly Mark[], truths: number): readonly CurvePoint[] {
  const sorted = [...marks].sort((a, b) => b.score - a.score);
  const points: CurvePoint[] = [];
  let hits = 0;
  for (const [index, { score, hit }] of sorted.entries()) {
    if (hit) hits += 1;
    if (sorted[index + 1]?.score === score) continue;
    points.push({ score, precision: hits / (index + 1), recall: truths === 0 ? 0 : hits / truths });
  }
  return points;
}

/**
 * Area under the curve with all-point interpolation: at each recall the best precision of that recall or a higher one
 * (Everingham et al., "The PASCAL Visual Object Classes Challenge", as of VOC2010). 0 without detections.
 */
export function averagePrecision(curve: readonly CurvePoint[]): number {
  let sum = 0;
  let best = 0;
  for (let at = curve.length - 1; at >= 0; at -= 1) {
    const point = curve[at];
    if (point === undefined) continue;
    best = Math.max(best, point.precision);
    sum += (point.recall - (curve[at - 1]?.recall ?? 0)) * best;
  }
  return sum;
}

/** The point of the curve with the best F1; undefined where no object was ever detected. */
export function bestF1(curve: readonly CurvePoint[]): CurvePoint | undefined {
  let best: CurvePoint | undefined;
  for (const point of curve) if (f1(point) > (best === undefined ? 0 : f1(best))) best = point;
  return best;
}

/** Harmonic mean of precision and recall; 0 where both are 0. */
export function f1({ precision, recall }: { readonly precision: number; readonly recall: number }): number {
  return precision + recall === 0 ? 0 : (2 * precision * recall) / (precision + recall);
}
