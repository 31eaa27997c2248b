import { reasonText } from './blind-reason.ts';
import type { Cover, Coverage, CoverageAnswer } from './coverage.ts';
import { coverSentence } from './coverage-text.ts';

/** Most periods of one camera and model in an answer; `periodsLeftOut` counts the others. */
const MAX_PERIODS = 500;

/** One part of the time, or all of it. */
export interface CoverJson {
  readonly name?: string;
  readonly fromAtMs: number;
  readonly toAtMs: number;
  readonly inspectedMs: number;
  readonly blindMs: number;
  readonly unknownMs: number;
  readonly unscheduledMs: number;
  readonly pendingMs: number;
  readonly unsyncedMs: number;
  readonly inspectedFraction: number | null;
  readonly reasons: readonly { readonly reason: string; readonly text: string; readonly ms: number }[];
  readonly text: string;
}

export interface CameraCoverageJson extends CoverJson {
  readonly device: string;
  readonly camera: string;
  readonly model?: string;
  readonly framesOffered: number;
  readonly framesInspected: number;
  readonly parts: readonly CoverJson[];
  readonly periods: readonly {
    readonly fromAtMs: number;
    readonly toAtMs: number;
    readonly state: string;
    readonly reason: string;
    readonly text: string;
  }[];
  readonly periodsLeftOut: number;
}

/** The answer for one device. */
export interface CoverageJson {
  readonly nowMs: number;
  readonly device: string;
  readonly timeZone: string;
  readonly fromAtMs: number;
  readonly toAtMs: number;
  readonly by: string;
  /** All models of a camera together. */
  readonly cameras: readonly CameraCoverageJson[];
  readonly items: readonly CameraCoverageJson[];
}

/**
 * Coverage as both APIs and `coverage --json` give it. Times are milliseconds since 1970, durations milliseconds; `text`
 * says the same as a sentence in the time of the line.
 */
export function answerJson(
  { items, cameras }: CoverageAnswer,
  timeZone: string,
): Pick<CoverageJson, 'cameras' | 'items'> {
  return {
    cameras: cameras.map((coverage) => coverageJson(coverage, timeZone)),
    items: items.map((coverage) => coverageJson(coverage, timeZone)),
  };
}

function coverageJson(coverage: Coverage, timeZone: string): CameraCoverageJson {
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

function coverJson(cover: Cover, timeZone: string): CoverJson {
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
