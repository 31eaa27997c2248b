import { area, intersection } from '../domain/index.ts';
import { assign } from '../tracking/index.ts';
import type { ReportedEvent, TrueEvent } from './true-event.ts';

/** How exactly a report must fit what happened. Milliseconds. */
export interface Tolerance {
  /** How much earlier than its condition plus the rule's own delay an event may open. */
  readonly earlyMs: number;
  /** How long after the end of its condition an event may still open. */
  readonly lateMs: number;
  /** How long after the end of its condition, plus the rule's clearing time, an event may still be open. */
  readonly closeMs: number;
  /** Least fraction of the smaller box that reported and true subject share, where both are known. */
  readonly onSubject: number;
}

export const TOLERANCE: Tolerance = { earlyMs: 500, lateMs: 1_000, closeMs: 5_000, onSubject: 0.3 };

/** What was replayed, and the delays that are the rule's own. */
export interface JudgedRecording {
  readonly recordedMs: number;
  /** The rule's minimum duration. */
  readonly ruleDelayMs: number;
  /** The rule's clearing time. */
  readonly clearAfterMs: number;
  readonly tolerance?: Partial<Tolerance>;
}

/** Every true event and every report in exactly one list; `unclosed` and `mislabelled` are further facts about matches. */
export interface Judgement {
  readonly matched: readonly EventMatch[];
  readonly missed: readonly TrueEvent[];
  /** Further reports of something that another report already matches. */
  readonly doubles: readonly ReportedEvent[];
  /** Reports of nothing that happened: another kind, place, zone, subject or time. */
  readonly wrong: readonly ReportedEvent[];
  /** True events that may be reported or not: too short for the rule, or not wholly in the recording. */
  readonly optional: readonly TrueEvent[];
  readonly unclosed: readonly EventMatch[];
  readonly mislabelled: readonly EventMatch[];
}

export interface EventMatch {
  readonly truth: TrueEvent;
  readonly report: ReportedEvent;
  /** How much later it opened than inspectable condition plus the rule's own delay; below 0 when earlier. */
  readonly lateMs: number;
}

/** A condition must be inspectable this much longer than the rule waits before its event is demanded. */
const MARGIN_MS = 1_000;
/** Above every cost of a pair: milliseconds of the longest recording. */
const NEVER = 1e12;
/** A report goes to an event that is demanded before it goes to one that is optional. */
const OPTIONAL_COST = 1e9;

/**
 * Matches reports with what really happened, one to one, at the least total distance in time (assignment problem). A
 * report fits a true event of its camera and kind, of its zone and subject where the truth names them, when it opens
 * while the condition holds and not before the rule's own delay has passed, within the tolerance.
 */
export function judgeEvents(
  truths: readonly TrueEvent[],
  reports: readonly ReportedEvent[],
  recording: JudgedRecording,
): Judgement {
  const tolerance = { ...TOLERANCE, ...recording.tolerance };
  const { ruleDelayMs } = recording;
  const rows = truths.map((truth) => ({
    truth,
    isOptional: !isDemanded(truth, recording),
    dueMs: truth.inspectableFromMs + ruleDelayMs,
  }));
  const costs = Float64Array.from(
    rows.flatMap(({ truth, isOptional, dueMs }) =>
      reports.map((report) => {
        if (!fits(truth, report, ruleDelayMs, tolerance)) return NEVER;
        return Math.abs(report.openedMs - dueMs) + (isOptional ? OPTIONAL_COST : 0);
      }),
    ),
  );
  const chosen = assign(costs, truths.length, reports.length, NEVER);
  const taken = rows.map((row, index) => ({ ...row, report: reports[chosen[index] ?? -1] }));
  const matched = taken.flatMap(({ truth, isOptional, dueMs, report }): EventMatch[] =>
    report === undefined || isOptional ? [] : [{ truth, report, lateMs: report.openedMs - dueMs }],
  );
  const used = new Set(taken.map(({ report }) => report));
  const rest = reports.filter((report) => !used.has(report));
  const isDouble = (report: ReportedEvent): boolean =>
    truths.some((truth) => fits(truth, report, ruleDelayMs, tolerance));
  return {
    matched,
    missed: taken.filter(({ isOptional, report }) => !isOptional && report === undefined).map(({ truth }) => truth),
    doubles: rest.filter(isDouble),
    wrong: rest.filter((report) => !isDouble(report)),
    optional: rows.filter(({ isOptional }) => isOptional).map(({ truth }) => truth),
    unclosed: matched.filter((match) => isUnclosed(match, recording, tolerance)),
    mislabelled: matched.filter(({ truth, report }) => truth.label !== undefined && truth.label !== report.label),
  };
}

function isDemanded(truth: TrueEvent, { recordedMs, ruleDelayMs }: JudgedRecording): boolean {
  const untilMs = Math.min(truth.inspectableToMs, recordedMs);
  return truth.startMs >= 0 && untilMs - truth.inspectableFromMs >= ruleDelayMs + MARGIN_MS;
}

function fits(truth: TrueEvent, report: ReportedEvent, ruleDelayMs: number, tolerance: Tolerance): boolean {
  if (truth.camera !== report.camera || truth.kind !== report.kind) return false;
  if (truth.zone !== undefined && truth.zone !== report.zone) return false;
  const earliest = truth.startMs + ruleDelayMs - tolerance.earlyMs;
  if (report.openedMs < earliest || report.openedMs > truth.endMs + tolerance.lateMs) return false;
  const subject = truth.boxAt?.(report.openedMs);
  if (subject === undefined || report.box === undefined) return true;
  const smaller = Math.min(area(subject), area(report.box));
  return intersection(subject, report.box) >= tolerance.onSubject * smaller;
}

function isUnclosed({ truth, report }: EventMatch, recording: JudgedRecording, { closeMs }: Tolerance): boolean {
  const dueMs = truth.endMs + recording.clearAfterMs + closeMs;
  return (report.closedMs ?? recording.recordedMs) > dueMs;
}
