import { unwantedOf } from '../vocabulary/index.ts';
import { isStreaming, mostCounted, NO_RESULTS, reasonOfState } from './blind-reason.ts';
import type { InspectionSample } from './sample.ts';

/** Devices write counters every minute; a longer silence than this is time of which nothing is known. */
export const MAX_STEP_MS = 150_000;
/** A result stands for so much time around it; for more where frames are due less often. */
const RESULT_MS = 5_000;
/** In less time than this a slow model may have had nothing to inspect although all is well. */
const SHORT_MS = 15_000;

/**
 * `blind`: a camera should have been inspected by a model and was not. `unknown`: no record tells. `unscheduled`: it was
 * not inspected and nothing was to be inspected.
 */
export type SegmentState = 'inspected' | 'blind' | 'unknown' | 'unscheduled';

export interface Segment {
  /** Wall times, milliseconds since 1970; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: SegmentState;
  /** Why it was not inspected; undefined for `inspected`. */
  readonly reason?: string;
  readonly offered: number;
  readonly inspected: number;
  /** Whether no time server has set the clock that gave the times. */
  readonly isUnsynced?: boolean;
}

/** Why no record of a camera was written between two of its samples; undefined where records may be missing. */
export type SilenceReason = (before: InspectionSample, after: InspectionSample) => string | undefined;

interface Step {
  readonly fromMs: number;
  readonly toMs: number;
  readonly lengthMs: number;
  readonly before: InspectionSample;
  readonly after: InspectionSample;
  readonly offered: number;
  readonly inspected: number;
}

/**
 * The timeline of one camera and model. `samples` in the order of their records, whose wall times may step: within one
 * boot lengths come from the monotonic clock, and no period begins before the one before it has ended.
 */
export function timelineOf(
  samples: readonly InspectionSample[],
  silenceReason: SilenceReason = () => undefined,
): readonly Segment[] {
  const segments: Segment[] = [];
  let endMs = Number.NEGATIVE_INFINITY;
  let framesPerMs: number | undefined;
  for (const [index, after] of samples.entries()) {
    const before = samples[index - 1];
    if (before === undefined) {
      endMs = after.wallMs;
      continue;
    }
    const lengthMs = lengthOf(before, after);
    const fromMs = Math.max(endMs, after.wallMs - lengthMs);
    if (after.wallMs <= fromMs) continue;
    if (fromMs > endMs) segments.push(notKnown(endMs, fromMs, 'no_record'));
    const step = { ...{ before, after, lengthMs, fromMs, toMs: after.wallMs }, ...framesOf(before, after) };
    segments.push(...labelled(judge(step, { framesPerMs, previous: segments.at(-1), silenceReason }), step));
    if (isStreaming(before.body) && isStreaming(after.body) && step.inspected > 0 && lengthMs > 0) {
      framesPerMs = step.inspected / lengthMs;
    }
    endMs = after.wallMs;
  }
  return segments;
}

/** A wall time that certainly is wrong tells nothing of the time that it names; one of an unset clock is marked. */
function labelled(segments: readonly Segment[], { before, after }: Step): readonly Segment[] {
  const qualities = [before.clock, after.clock];
  if (qualities.includes('suspect')) {
    return segments.map(({ fromMs, toMs }) => notKnown(fromMs, toMs, 'clock_unknown'));
  }
  return qualities.includes('unsynced') ? segments.map((segment) => ({ ...segment, isUnsynced: true })) : segments;
}

/** Time between two samples, by the best clock that both have. */
function lengthOf(before: InspectionSample, after: InspectionSample): number {
  const mono = after.monoMs - before.monoMs;
  return before.boot === after.boot && mono >= 0 ? mono : Math.max(0, after.wallMs - before.wallMs);
}

function framesOf(before: InspectionSample, after: InspectionSample): { offered: number; inspected: number } {
  const [a, b] = [before.body.counters, after.body.counters];
  return isSameProcess(before, after)
    ? { offered: b.offered - a.offered, inspected: b.inspected - a.inspected }
    : { offered: b.offered, inspected: b.inspected };
}

/** Counters only rise while a process lives. */
function isSameProcess(before: InspectionSample, after: InspectionSample): boolean {
  const [a, b] = [before.body.counters, after.body.counters];
  return before.boot === after.boot && b.offered >= a.offered && b.inspected >= a.inspected;
}

interface Surroundings {
  readonly framesPerMs: number | undefined;
  readonly previous: Segment | undefined;
  readonly silenceReason: SilenceReason;
}

function judge(step: Step, { framesPerMs, previous, silenceReason }: Surroundings): readonly Segment[] {
  const { before, after, lengthMs, offered, inspected } = step;
  const isSame = isSameProcess(before, after);
  if (lengthMs > MAX_STEP_MS && (!isSame || inspected > 0)) {
    const why = silenceReason(before, after);
    if (why === undefined) return [notKnown(step.fromMs, step.toMs, 'no_record')];
    if (!isSame || why === 'not_configured') return [silent(step, why)];
    return [notKnown(step.fromMs, step.toMs, 'no_record')];
  }
  if (!isSame) return [blind(step, 'restarted')];
  if (inspected === 0) {
    const streams = isStreaming(before.body) && isStreaming(after.body);
    if (streams && offered > 0 && notDue(step) === offered) return [all(step)];
    const isIdle = lengthMs < SHORT_MS && offered === 0 && streams;
    return [isIdle && previous?.state === 'inspected' ? all(step) : blind(step, reasonOf(step))];
  }
  if (isStreaming(before.body) && isStreaming(after.body)) return covered(step, previous);
  return divided(step, framesPerMs);
}

/** A step with results: not inspected for the time that too few of them leave, such as under overload. */
function covered(step: Step, previous: Segment | undefined): readonly Segment[] {
  const { lengthMs, fromMs, toMs, offered, inspected } = step;
  const due = offered - notDue(step);
  if (inspected >= due) return [all(step)];
  const resultsMs = inspected * Math.max(RESULT_MS, lengthMs / due);
  if (resultsMs >= lengthMs) return [all(step)];
  const inspectedMs = Math.round((resultsMs / lengthMs) * (toMs - fromMs));
  return split(step, inspectedMs, previous?.state !== 'blind');
}

/** Frames that were not meant to be inspected: the model inspects less often, or they showed nothing new. */
function notDue({ before, after }: Step): number {
  return unwantedOf(after.body.counters.skipped) - unwantedOf(before.body.counters.skipped);
}

/** A step in which inspection ended or began: its frames, at the rate before, say how long it was inspected. */
function divided(step: Step, framesPerMs: number | undefined): readonly Segment[] {
  const { before, after, lengthMs, inspected, fromMs, toMs } = step;
  // Devices write a record as soon as a camera is lost, so a step that ends with it was inspected for most of its length.
  const known = framesPerMs ?? (isStreaming(before.body) ? inspected / lengthMs : undefined);
  const fraction = known === undefined ? 0 : Math.min(1, inspected / (known * lengthMs));
  const inspectedMs = Math.round(fraction * (toMs - fromMs));
  const endsBlind = isStreaming(before.body) || !isStreaming(after.body);
  return split(step, inspectedMs, endsBlind);
}

/** A step that was inspected for a part of its length, at its beginning or at its end. */
function split(step: Step, inspectedMs: number, endsBlind: boolean): readonly Segment[] {
  const { fromMs, toMs } = step;
  const borderMs = endsBlind ? fromMs + inspectedMs : toMs - inspectedMs;
  const none = { offered: 0, inspected: 0 };
  const parts = endsBlind
    ? [all({ ...step, toMs: borderMs }), blind({ ...step, ...none, fromMs: borderMs }, reasonOf(step))]
    : [blind({ ...step, ...none, toMs: borderMs }, reasonOf(step)), all({ ...step, fromMs: borderMs })];
  return parts.filter((part) => part.toMs > part.fromMs);
}

function reasonOf({ before, after }: Step): string {
  const state = [after.body.state, before.body.state].find((one) => one !== 'streaming' && one !== NO_RESULTS);
  if (state !== undefined) return reasonOfState(state);
  const [a, b] = [before.body.counters, after.body.counters];
  const skipped = Object.fromEntries(
    Object.entries(b.skipped).filter(([code, count]) => unwantedOf({ [code]: count }) === 0),
  );
  const why = mostCounted(a.failed, b.failed) ?? mostCounted(a.skipped, skipped) ?? 'no_frames';
  // Only the newest frame waits; where every one of them was replaced, the machine had no time for the model.
  return why === 'newer_frame' ? 'overload' : why;
}

function all({ fromMs, toMs, offered, inspected }: Step): Segment {
  return { fromMs, toMs, state: 'inspected', offered, inspected };
}

function blind({ fromMs, toMs, offered, inspected }: Step, reason: string): Segment {
  return { fromMs, toMs, state: 'blind', reason, offered, inspected };
}

function silent({ fromMs, toMs }: Step, reason: string): Segment {
  const state = reason === 'not_configured' ? 'unscheduled' : 'blind';
  return { fromMs, toMs, state, reason, offered: 0, inspected: 0 };
}

function notKnown(fromMs: number, toMs: number, reason: string): Segment {
  return { fromMs, toMs, state: 'unknown', reason, offered: 0, inspected: 0 };
}
