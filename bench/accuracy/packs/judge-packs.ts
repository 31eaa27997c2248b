/** What is truly printed on one pack, and when it crosses the middle of the picture. */
export interface TruePack {
  readonly atMs: number;
  readonly verdict: string;
  readonly fault: string;
}

/** A verdict of the product, and when it was decided. */
export interface JudgedPack {
  readonly atMs: number;
  readonly verdict: string;
}

export interface PackFigures {
  /** Packs that pass completely while the film runs, by what they truly are. */
  readonly good: number;
  readonly bad: number;
  /** Bad packs that were judged as anything but good, and those of them with the right verdict. */
  readonly found: number;
  readonly exact: number;
  /** Verdicts other than good that belong to no bad pack. */
  readonly falselyBad: number;
  /** The same by verdict. */
  readonly falselyAs: Readonly<Record<'wrong' | 'unreadable' | 'missing', number>>;
  /** Verdicts beyond the number of packs, and packs beyond that of verdicts. */
  readonly twice: number;
  readonly notJudged: number;
  /** Faults of the packs that were taken for good, in order of time. */
  readonly missed: readonly { readonly atMs: number; readonly fault: string }[];
  /** When each good pack was taken for a bad one, in order of time. */
  readonly falsely: readonly JudgedPack[];
}

/** One row: packs at one speed under one condition, or all of them together. */
export interface PackRow extends PackFigures {
  readonly condition: string;
  readonly seconds: number;
}

/** What code checking is held against. */
export const PACK_GOALS = { found: 0.99, falselyBadIn1000: 1, twice: 0 } as const;

export interface PackLimits {
  /** Packs that the film shows at all, those at its ends included. */
  readonly shown: number;
  readonly recordedMs: number;
  /** How long a pack is in the picture before and after its middle. */
  readonly halfViewMs: number;
  /** How long after it has left a pack may be judged. */
  readonly latestMs: number;
}

/**
 * Compares verdicts with what is printed. A pack has at most one verdict that is not good, decided while it passes or
 * soon after; of several packs that a verdict may belong to, one of the same verdict goes first, then the earliest, which
 * leaves the most for the others. Packs at the ends of the film may be judged and need not be, and what they are is
 * not known.
 */
export function judgePacks(
  packs: readonly TruePack[],
  verdicts: readonly JudgedPack[],
  limits: PackLimits,
): PackFigures {
  const { recordedMs, halfViewMs, latestMs, shown } = limits;
  const isComplete = ({ atMs }: TruePack): boolean => atMs >= halfViewMs && atMs + halfViewMs <= recordedMs;
  const bad = packs.filter(({ verdict }) => verdict !== 'good').toSorted((a, b) => a.atMs - b.atMs);
  const free = new Set(verdicts.filter(({ verdict }) => verdict !== 'good').toSorted((a, b) => a.atMs - b.atMs));
  const matched = new Map<TruePack, JudgedPack>();
  for (const sameOnly of [true, false]) {
    for (const pack of bad) {
      if (matched.has(pack)) continue;
      const fits = (one: JudgedPack): boolean =>
        one.atMs >= pack.atMs - halfViewMs &&
        one.atMs <= pack.atMs + halfViewMs + latestMs &&
        (!sameOnly || one.verdict === pack.verdict);
      const verdict = [...free].find(fits);
      if (verdict === undefined) continue;
      free.delete(verdict);
      matched.set(pack, verdict);
    }
  }
  const isOfAKnownPack = ({ atMs }: JudgedPack): boolean =>
    atMs > halfViewMs + latestMs && atMs < recordedMs - halfViewMs;
  const demanded = bad.filter(isComplete);
  const found = demanded.filter((pack) => matched.has(pack));
  const complete = packs.filter(isComplete).length;
  const falsely = [...free].filter(isOfAKnownPack);
  return {
    good: packs.filter((pack) => pack.verdict === 'good' && isComplete(pack)).length,
    bad: demanded.length,
    found: found.length,
    exact: found.filter((pack) => matched.get(pack)?.verdict === pack.verdict).length,
    falselyBad: falsely.length,
    falselyAs: byVerdict((verdict) => falsely.filter((one) => one.verdict === verdict).length),
    twice: Math.max(0, verdicts.length - shown),
    notJudged: Math.max(0, complete - verdicts.length),
    missed: demanded.filter((pack) => !matched.has(pack)).map(({ atMs, fault }) => ({ atMs, fault })),
    falsely,
  };
}

/** Several films together. */
export function sumOfPacks(all: readonly PackFigures[]): PackFigures {
  const sum = (key: Exclude<keyof PackFigures, 'missed' | 'falsely' | 'falselyAs'>): number =>
    all.reduce((total, one) => total + one[key], 0);
  return {
    ...{ good: sum('good'), bad: sum('bad'), found: sum('found'), exact: sum('exact') },
    ...{ falselyBad: sum('falselyBad'), twice: sum('twice'), notJudged: sum('notJudged') },
    falselyAs: byVerdict((verdict) => all.reduce((total, one) => total + one.falselyAs[verdict], 0)),
    ...{ missed: [], falsely: [] },
  };
}

function byVerdict(count: (verdict: keyof PackFigures['falselyAs']) => number): PackFigures['falselyAs'] {
  return { wrong: count('wrong'), unreadable: count('unreadable'), missing: count('missing') };
}
