/**
 * Tolerable negative error of a pack in grams (or millilitres) by its nominal content, as Directive 76/211/EEC, annex I
 * 2.4 has it: in per cent, or a fixed amount.
 */
const TABLE: readonly { readonly upTo: number; readonly percent?: number; readonly amount?: number }[] = [
  { upTo: 50, percent: 9 },
  { upTo: 100, amount: 4.5 },
  { upTo: 200, percent: 4.5 },
  { upTo: 300, amount: 9 },
  { upTo: 500, percent: 3 },
  { upTo: 1000, amount: 15 },
  { upTo: 10_000, percent: 1.5 },
  { upTo: 15_000, amount: 150 },
  { upTo: 50_000, percent: 1 },
];

/** Limits of a rule with what holds where an option is left out. */
export interface WeightLimits {
  readonly nominal: number;
  /** Of class T1, below the nominal weight. */
  readonly tolerance: number;
  /** Above it. */
  readonly maxOver: number;
}

export function weightLimits(options: {
  readonly nominal: number;
  readonly tolerance?: number | undefined;
  readonly maxOver?: number | undefined;
}): WeightLimits {
  const { nominal, tolerance = tolerableNegativeError(nominal), maxOver = 2 * tolerance } = options;
  return { nominal, tolerance, maxOver };
}

/**
 * The tolerable negative error for a nominal content. A percentage is rounded up to a tenth of a gram, as the directive
 * says. Content below 5 or above 50,000 is beyond the directive; the nearest row applies.
 */
export function tolerableNegativeError(nominal: number): number {
  const row = TABLE.find(({ upTo }) => nominal <= upTo) ?? TABLE.at(-1);
  if (row?.amount !== undefined) return row.amount;
  return Math.ceil(nominal * (row?.percent ?? 1) * 0.1 - 1e-9) / 10;
}
