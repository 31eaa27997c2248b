import type { Judgement } from './judge-events.ts';

/** How right the events of one kind were. Counts add up; the figures are null where nothing was there to count. */
export interface AccuracyFigures {
  /** True events that must be reported. */
  readonly truth: number;
  readonly matched: number;
  readonly missed: number;
  readonly wrong: number;
  readonly doubles: number;
  /** Matched events that stayed open too long after their condition had ended. */
  readonly unclosed: number;
  /** Matched events that named another label than the truth. */
  readonly mislabelled: number;
  /** matched / (matched + wrong + doubles) */
  readonly precision: number | null;
  /** matched / truth */
  readonly recall: number | null;
  /** Opening after the condition could be judged and the rule's own delay had passed. */
  readonly delayP50Ms: number | null;
  readonly delayP95Ms: number | null;
}

/** Counts and figures of judgements of the same kind: of several recordings together, not a mean of their figures. */
export function accuracyFigures(judgements: readonly Judgement[]): AccuracyFigures {
  const count = (part: (judgement: Judgement) => readonly unknown[]): number =>
    judgements.reduce((sum, judgement) => sum + part(judgement).length, 0);
  const counts = {
    truth: count(({ matched, missed }) => [...matched, ...missed]),
    matched: count(({ matched }) => matched),
    missed: count(({ missed }) => missed),
    wrong: count(({ wrong }) => wrong),
    doubles: count(({ doubles }) => doubles),
    unclosed: count(({ unclosed }) => unclosed),
    mislabelled: count(({ mislabelled }) => mislabelled),
  };
  const delays = judgements.flatMap(({ matched }) => matched.map(({ lateMs }) => lateMs));
  return { ...counts, ...ratesOf(counts), ...delaysOf(delays) };
}

/** Precision and recall of counts; null where the denominator is 0. */
export function ratesOf(counts: {
  readonly truth: number;
  readonly matched: number;
  readonly wrong: number;
  readonly doubles: number;
}): Pick<AccuracyFigures, 'precision' | 'recall'> {
  const reported = counts.matched + counts.wrong + counts.doubles;
  return {
    precision: reported === 0 ? null : counts.matched / reported,
    recall: counts.truth === 0 ? null : counts.matched / counts.truth,
  };
}

/** Median and 95th percentile by nearest rank; an event that opened earlier than due was on time. */
export function delaysOf(delaysMs: readonly number[]): Pick<AccuracyFigures, 'delayP50Ms' | 'delayP95Ms'> {
  const sorted = delaysMs.map((delay) => Math.round(Math.max(0, delay))).sort((a, b) => a - b);
  const rank = (fraction: number): number | null =>
    sorted[Math.max(0, Math.ceil(fraction * sorted.length) - 1)] ?? null;
  return { delayP50Ms: rank(0.5), delayP95Ms: rank(0.95) };
}
