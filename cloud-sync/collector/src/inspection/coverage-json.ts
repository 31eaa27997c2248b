import { reasonText } from './blind-reason.ts';
import type { Cover, Coverage } from './coverage.ts';

/** Most periods of one camera and model in an answer; `periodsLeftOut` counts the others. */
const MAX_PERIODS = 500;

/** Coverage as the API and `coverage --json` give it. Times are milliseconds since 1970, durations milliseconds. */
export function coverageJson(coverage: Coverage): object {
  const { device, camera, model, framesOffered, framesInspected, parts, periods } = coverage;
  return {
    ...{ device, camera, model, ...coverJson(coverage), framesOffered, framesInspected },
    parts: parts.map(coverJson),
    periods: periods.slice(0, MAX_PERIODS).map(({ fromMs, toMs, state, reason = 'no_record' }) => ({
      ...{ fromAtMs: fromMs, toAtMs: toMs, state, reason, text: reasonText(reason) },
    })),
    periodsLeftOut: Math.max(0, periods.length - MAX_PERIODS),
  };
}

function coverJson(cover: Cover): object {
  const { inspectedMs, blindMs, unknownMs, pendingMs, reasons } = cover;
  return {
    fromAtMs: cover.fromMs,
    toAtMs: cover.toMs,
    ...{ inspectedMs, blindMs, unknownMs, pendingMs, inspectedFraction: inspectedFraction(cover) },
    reasons: reasons.map(({ reason, ms }) => ({ reason, text: reasonText(reason), ms })),
  };
}

/** Of the time that records are due for, the fraction that was inspected, 0 to 1; null when none is due. */
export function inspectedFraction({ inspectedMs, blindMs, unknownMs }: Cover): number | null {
  const due = inspectedMs + blindMs + unknownMs;
  return due === 0 ? null : inspectedMs / due;
}
