import { reasonText } from './blind-reason.ts';
import type { Cover, Coverage, CoverageAnswer } from './coverage.ts';
import { coverSentence } from './coverage-text.ts';

/** Most periods of one camera and model in an answer; `periodsLeftOut` counts the others. */
const MAX_PERIODS = 500;

/**
 * Coverage as both APIs and `coverage --json` give it. Times are milliseconds since 1970, durations milliseconds; `text`
 * says the same as a sentence in the time of the line.
 */
export function answerJson({ items, cameras }: CoverageAnswer, timeZone: string): object {
  return {
    cameras: cameras.map((coverage) => coverageJson(coverage, timeZone)),
    items: items.map((coverage) => coverageJson(coverage, timeZone)),
  };
}

function coverageJson(coverage: Coverage, timeZone: string): object {
  const { device, camera, model, framesOffered, framesInspected, parts, periods } = coverage;
  return {
    ...{ device, camera, ...(model === undefined ? {} : { model }) },
    ...{ ...coverJson(coverage, timeZone), framesOffered, framesInspected },
    parts: parts.map((part) => coverJson(part, timeZone)),
    periods: periods.slice(0, MAX_PERIODS).map(({ fromMs, toMs, state, reason = 'no_record' }) => ({
      ...{ fromAtMs: fromMs, toAtMs: toMs, state, reason, text: reasonText(reason) },
    })),
    periodsLeftOut: Math.max(0, periods.length - MAX_PERIODS),
  };
}

function coverJson(cover: Cover, timeZone: string): object {
  const { name, inspectedMs, blindMs, unknownMs, unscheduledMs, pendingMs, unsyncedMs, reasons } = cover;
  return {
    ...(name === undefined ? {} : { name }),
    fromAtMs: cover.fromMs,
    toAtMs: cover.toMs,
    ...{ inspectedMs, blindMs, unknownMs, unscheduledMs, pendingMs, unsyncedMs },
    inspectedFraction: inspectedFraction(cover),
    reasons: reasons.map(({ reason, ms }) => ({ reason, text: reasonText(reason), ms })),
    text: coverSentence(cover, timeZone),
  };
}

/** Of the time that records are due for, the fraction that was inspected, 0 to 1; null when none is due. */
export function inspectedFraction({ inspectedMs, blindMs, unknownMs }: Cover): number | null {
  const due = inspectedMs + blindMs + unknownMs;
  return due === 0 ? null : inspectedMs / due;
}
