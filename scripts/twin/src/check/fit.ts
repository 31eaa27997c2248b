export interface Fit {
  /** One per column of the design. */
  readonly estimates: readonly number[];
  readonly errors: readonly number[];
}

/** Rows of numbers, one list per observation, all of the same length. */
export type Design = readonly (readonly number[])[];

const ITERATIONS = 25;
const PRECISE = 1e-9;

/** Least squares; standard errors hold also where the scatter differs from row to row (White's, HC0). */
export function leastSquares(design: Design, values: readonly number[]): Fit {
  const width = design[0]?.length ?? 0;
  const inverse = invert(products(design, () => 1));
  const estimates = times(
    inverse,
    sums(design, (row) => values[row]!),
    width,
  );
  const residual = (row: number): number => values[row]! - dot(design[row]!, estimates);
  const middle = products(design, (row) => residual(row) ** 2);
  const errors = estimates.map((_, k) => {
    const variance = inverse[k]!.reduce((sum, left, i) => sum + left * dot(middle[i]!, inverse[k]!), 0);
    return Math.sqrt(Math.max(0, variance));
  });
  return { estimates, errors };
}

/** Logistic regression by Newton's method: estimates are logarithms of odds ratios. `happened` is 0 or 1 per row. */
export function logistic(design: Design, happened: readonly number[]): Fit {
  const width = design[0]?.length ?? 0;
  const mean = happened.reduce((sum, value) => sum + value, 0) / happened.length;
  let estimates = Array.from({ length: width }, (_, k) => (k === 0 ? Math.log(mean / (1 - mean)) : 0));
  let inverse: number[][] = [];
  for (let round = 0; round < ITERATIONS; round += 1) {
    const chances = design.map((row) => 1 / (1 + Math.exp(-dot(row, estimates))));
    inverse = invert(products(design, (row) => chances[row]! * (1 - chances[row]!)));
    const step = times(
      inverse,
      sums(design, (row) => happened[row]! - chances[row]!),
      width,
    );
    estimates = estimates.map((value, k) => value + Math.max(-2, Math.min(2, step[k]!)));
    if (step.every((value) => Math.abs(value) < PRECISE)) break;
  }
  return { estimates, errors: estimates.map((_, k) => Math.sqrt(Math.max(0, inverse[k]![k]!))) };
}

function dot(a: readonly number[], b: readonly number[]): number {
  let sum = 0;
  for (let i = 0; i < a.length; i += 1) sum += a[i]! * b[i]!;
  return sum;
}

function times(matrix: readonly (readonly number[])[], vector: readonly number[], width: number): number[] {
  return Array.from({ length: width }, (_, k) => dot(matrix[k]!, vector));
}

/** Sum over rows of weight x row. */
function sums(design: Design, weight: (row: number) => number): number[] {
  const width = design[0]?.length ?? 0;
  const total = new Array<number>(width).fill(0);
  design.forEach((values, row) => {
    const w = weight(row);
    for (let i = 0; i < width; i += 1) total[i]! += w * values[i]!;
  });
  return total;
}

/** Sum over rows of weight x row x its transpose. */
function products(design: Design, weight: (row: number) => number): number[][] {
  const width = design[0]?.length ?? 0;
  const total = Array.from({ length: width }, () => new Array<number>(width).fill(0));
  design.forEach((values, row) => {
    const w = weight(row);
    for (let i = 0; i < width; i += 1) for (let j = 0; j <= i; j += 1) total[i]![j]! += w * values[i]! * values[j]!;
  });
  for (let i = 0; i < width; i += 1) for (let j = 0; j < i; j += 1) total[j]![i] = total[i]![j]!;
  return total;
}

/** Gauss and Jordan with pivots. A column that the others determine gets an infinite variance. */
function invert(matrix: readonly (readonly number[])[]): number[][] {
  const n = matrix.length;
  const work = matrix.map((row, i) => [...row, ...row.map((_, j) => Number(i === j))]);
  for (let k = 0; k < n; k += 1) {
    let pivot = k;
    for (let i = k + 1; i < n; i += 1) if (Math.abs(work[i]![k]!) > Math.abs(work[pivot]![k]!)) pivot = i;
    [work[k], work[pivot]] = [work[pivot]!, work[k]!];
    const lead = work[k]![k]!;
    if (Math.abs(lead) < 1e-12) {
      work[k] = work[k]!.map((_, j) => (j === n + k ? Infinity : 0));
      continue;
    }
    work[k] = work[k]!.map((value) => value / lead);
    for (let i = 0; i < n; i += 1) {
      const factor = work[i]![k]!;
      if (i === k || factor === 0) continue;
      for (let j = 0; j < 2 * n; j += 1) work[i]![j]! -= factor * work[k]![j]!;
    }
  }
  return work.map((row) => row.slice(n));
}
