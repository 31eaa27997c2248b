import type { MetricsTable } from '../report/tables.ts';

/** One figure of both models; higher is better. */
export interface ComparedFigure {
  /** Label, or `all`. */
  readonly of: string;
  readonly figure: string;
  readonly a: number;
  readonly b: number;
}

/** `mixed`: some figures are higher and others lower. */
export type ComparisonVerdict = 'better' | 'worse' | 'mixed' | 'same';

export interface Comparison {
  readonly figures: readonly ComparedFigure[];
  /** Rows that only one of the models has. */
  readonly notCompared: readonly string[];
  /** Of the second model beside the first. */
  readonly verdict: ComparisonVerdict;
}

/** Columns of the tables that judge; the others count, or follow from these. */
const JUDGED = ['precision', 'recall', 'F1', 'AP50', 'image AUROC', 'pixel AUROC'];

/**
 * Compares the metrics of two models on the same set, label by label. Differences of less than `tolerance` do not count:
 * on a few hundred images that is less than chance does.
 */
export function compareTables(a: MetricsTable, b: MetricsTable, tolerance: number): Comparison {
  const [first, second] = [figuresOf(a), figuresOf(b)];
  const figures = [...first].flatMap(([key, { of, figure, value }]): ComparedFigure[] => {
    const other = second.get(key);
    return other === undefined ? [] : [{ of, figure, a: value, b: other.value }];
  });
  const up = figures.some((one) => one.b - one.a >= tolerance);
  const down = figures.some((one) => one.a - one.b >= tolerance);
  const names = (table: MetricsTable): readonly string[] => table.rows.map(([name = '']) => name);
  const [left, right] = [names(a), names(b)];
  return {
    figures,
    notCompared: [...left.filter((name) => !right.includes(name)), ...right.filter((name) => !left.includes(name))],
    verdict: up && down ? 'mixed' : up ? 'better' : down ? 'worse' : 'same',
  };
}

function figuresOf({
  columns,
  rows,
}: MetricsTable): ReadonlyMap<string, { readonly of: string; readonly figure: string; readonly value: number }> {
  return new Map(
    rows.flatMap(([of = '', ...cells]) =>
      cells.flatMap((cell, at) => {
        const figure = columns[at + 1] ?? '';
        const value = Number(cell);
        if (!JUDGED.includes(figure) || !Number.isFinite(value)) return [];
        return [[`${of}\n${figure}`, { of, figure, value }] as const];
      }),
    ),
  );
}
