import type { InspectionSample } from '../records/index.ts';
import { isStreaming, mostCounted, reasonOfState } from './blind-reason.ts';

/** Devices write counters every minute; a longer silence than this is time of which nothing is known. */
export const MAX_STEP_MS = 150_000;
/** In less time than this a slow model may have had nothing to inspect although all is well. */
const SHORT_MS = 15_000;

/** A period in which a camera was inspected by a model, was not (`blind`), or of which no record tells (`unknown`). */
export interface Segment {
  /** Wall times, milliseconds since 1970; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
  readonly state: 'inspected' | 'blind' | 'unknown';
  /** Why it was not inspected; undefined for `inspected`. */
  readonly reason?: string;
  readonly offered: number;
  readonly inspected: number;
}

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
export function timelineOf(samples: readonly InspectionSample[]): readonly Segment[] {
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
    if (fromMs > endMs) segments.push(unknown(endMs, fromMs));
    const step = { ...{ before, after, lengthMs, fromMs, toMs: after.wallMs }, ...framesOf(before, after) };
    segments.push(...judge(step, framesPerMs, segments.at(-1)));
    if (isStreaming(before.body) && isStreaming(after.body) && step.inspected > 0 && lengthMs > 0) {
      framesPerMs = step.inspected / lengthMs;
    }
    endMs = after.wallMs;
  }
  return segments;
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

function judge(step: Step, framesPerMs: number | undefined, previous: Segment | undefined): readonly Segment[] {
  const { before, after, lengthMs, offered, inspected } = step;
  if (!isSameProcess(before, after)) {
    return lengthMs > MAX_STEP_MS ? [unknown(step.fromMs, step.toMs)] : [blind(step, 'restarted')];
  }
  if (inspected === 0) {
    const idle = lengthMs < SHORT_MS && offered === 0 && isStreaming(before.body) && isStreaming(after.body);
    return [idle && previous?.state === 'inspected' ? all(step) : blind(step, reasonOf(step))];
  }
  if (lengthMs > MAX_STEP_MS) return [unknown(step.fromMs, step.toMs)];
  if (isStreaming(before.body) && isStreaming(after.body)) return [all(step)];
  return divided(step, framesPerMs);
}

/** A step in which inspection ended or began: its frames, at the rate before, say how long it was inspected. */
function divided(step: Step, framesPerMs: number | undefined): readonly Segment[] {
  const { before, after, lengthMs, inspected, fromMs, toMs } = step;
  // Devices write a record as soon as a camera is lost, so a step that ends with it was inspected for most of its length.
  const known = framesPerMs ?? (isStreaming(before.body) ? inspected / lengthMs : undefined);
  const share = known === undefined ? 0 : Math.min(1, inspected / (known * lengthMs));
  const inspectedMs = Math.round(share * (toMs - fromMs));
  const endsBlind = isStreaming(before.body) || !isStreaming(after.body);
  const borderMs = endsBlind ? fromMs + inspectedMs : toMs - inspectedMs;
  const parts = endsBlind
    ? [all({ ...step, toMs: borderMs }), blind({ ...step, fromMs: borderMs, offered: 0, inspected: 0 }, reasonOf(step))]
    : [
        blind({ ...step, toMs: borderMs, offered: 0, inspected: 0 }, reasonOf(step)),
        all({ ...step, fromMs: borderMs }),
      ];
  return parts.filter((part) => part.toMs > part.fromMs);
}

function reasonOf({ before, after }: Step): string {
  if (!isStreaming(after.body)) return reasonOfState(after.body.state);
  if (!isStreaming(before.body)) return reasonOfState(before.body.state);
  const [a, b] = [before.body.counters, after.body.counters];
  return mostCounted(a.failed, b.failed) ?? mostCounted(a.skipped, b.skipped) ?? 'no_frames';
}

function all({ fromMs, toMs, offered, inspected }: Step): Segment {
  return { fromMs, toMs, state: 'inspected', offered, inspected };
}

function blind({ fromMs, toMs, offered, inspected }: Step, reason: string): Segment {
  return { fromMs, toMs, state: 'blind', reason, offered, inspected };
}

function unknown(fromMs: number, toMs: number): Segment {
  return { fromMs, toMs, state: 'unknown', reason: 'no_record', offered: 0, inspected: 0 };
}
