/** How the scores of good pieces are spread: the unit of a limit. */
export interface Spread {
  /** Median of the raw scores. */
  readonly centre: number;
  /** One MAD, in raw scores. */
  readonly mad: number;
}

/** Makes a median deviation comparable with a standard deviation. */
const NORMAL = 1.4826;
/**
 * Least MAD as a fraction of the median. A dozen pieces that look alike say little about the next thousand: without a
 * floor their limit lies so close that every new piece is above it.
 */
const FLOOR = 0.06;

/**
 * Median and median absolute deviation. One odd piece among the good ones hardly moves either, unlike the largest score,
 * a standard deviation, or the deviation above the median alone, which two odd pieces among twenty nearly doubled.
 *
 * @param scores raw scores of good pieces that the memory has not seen; not empty.
 */
export function spreadOf(scores: readonly number[]): Spread {
  const centre = median(scores);
  const deviations = scores.map((score) => Math.abs(score - centre));
  return { centre, mad: Math.max(NORMAL * median(deviations), FLOOR * centre) };
}

/** A raw score in MADs above the median of the good pieces. */
export function inMads(score: number, { centre, mad }: Spread): number {
  return (score - centre) / mad;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}

/** What a limit of so many MADs would do to scores in MADs. */
export interface LimitEffect {
  readonly mads: number;
  /** Good pieces above the limit. */
  readonly false: number;
  readonly falseFraction: number;
  /** Bad pieces above it; absent without bad pieces. */
  readonly found?: number;
  readonly foundFraction?: number;
}

export function effectOf(mads: number, good: readonly number[], bad: readonly number[]): LimitEffect {
  const over = (scores: readonly number[]): number => scores.filter((score) => score >= mads).length;
  const [wrong, found] = [over(good), over(bad)];
  return {
    mads,
    false: wrong,
    falseFraction: good.length === 0 ? 0 : wrong / good.length,
    ...(bad.length === 0 ? {} : { found, foundFraction: found / bad.length }),
  };
}

/** Limits of a slider, in MADs. */
export const SLIDER: readonly number[] = [2, 2.5, 3, 3.5, 4, 5, 6, 8, 10, 15];

/** The usual limit; `docs/decisions/0033` has the measurement. */
export const USUAL_MADS = 3.5;

/** Bad pieces never pull the limit below this: more than the few good pieces at hand will come. */
const LEAST_SHARPENED = 3;

/**
 * The limit between good and bad pieces: in the middle of the widest gap where they can be separated, else where least
 * goes wrong; at least 3 MADs.
 */
export function sharpenedLimit(good: readonly number[], bad: readonly number[]): number {
  const edges = [...new Set([...good, ...bad])].toSorted((a, b) => a - b);
  const least = effectOf(LEAST_SHARPENED, good, bad);
  const costOf = ({ falseFraction, foundFraction = 0 }: LimitEffect): number => falseFraction + (1 - foundFraction);
  let best = { cost: costOf(least), width: 0, limit: LEAST_SHARPENED };
  for (const [n, low] of edges.entries()) {
    const high = edges[n + 1];
    if (high === undefined) break;
    const limit = (low + high) / 2;
    if (limit < LEAST_SHARPENED) continue;
    const cost = costOf(effectOf(limit, good, bad));
    const width = high - low;
    if (cost < best.cost - 1e-9 || (cost < best.cost + 1e-9 && width > best.width)) best = { cost, width, limit };
  }
  return Math.round(best.limit * 100) / 100;
}
