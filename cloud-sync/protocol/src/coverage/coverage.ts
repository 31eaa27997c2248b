import { combined } from './combined.ts';
import { type InspectionSample, placed } from './sample.ts';
import { type Interval, type NamedInterval, scheduled, type ShiftPlan } from './shifts.ts';
import { silencesOf } from './silences.ts';
import { MAX_STEP_MS, type Segment, type SegmentState, timelineOf } from './timeline.ts';

/** How long a camera was inspected in an interval. The five durations add up to its length. Milliseconds. */
export interface Cover extends NamedInterval {
  readonly inspectedMs: number;
  readonly blindMs: number;
  /** Time of which no record tells. */
  readonly unknownMs: number;
  /** Time that was not inspected and in which nothing was to be inspected. */
  readonly unscheduledMs: number;
  /** Time so recent that its record is not due yet, or that has not come yet. */
  readonly pendingMs: number;
  /** Of all of it, the time whose times come from a clock that no time server has set. */
  readonly unsyncedMs: number;
  /** Why it was not inspected, with the time of each reason, longest first. */
  readonly reasons: readonly { readonly reason: string; readonly ms: number }[];
}

/** What coverage is asked for. */
export interface CoverageRequest extends Interval {
  readonly parts: readonly NamedInterval[];
  readonly camera?: string | undefined;
  /** Time outside its shifts is not scheduled. */
  readonly plan: ShiftPlan;
  /** The time of whoever asks. */
  readonly nowMs: number;
}

/** Coverage of one camera by one model, or by all its models: then it is inspected while each of them inspects it. */
export interface Coverage extends Cover {
  readonly device: string;
  readonly camera: string;
  /** Undefined for all models of the camera together. */
  readonly model: string | undefined;
  readonly framesOffered: number;
  readonly framesInspected: number;
  readonly parts: readonly Cover[];
  /** What was not inspected, in order; neighbouring periods with one reason are one. */
  readonly periods: readonly Segment[];
}

export interface CoverageAnswer {
  /** One of each camera and model. */
  readonly items: readonly Coverage[];
  /** One of each camera. */
  readonly cameras: readonly Coverage[];
}

/**
 * Coverage of every camera and model among `samples`: all telemetry of their device, in the order of the records. Of
 * other cameras only the order of the records is used.
 */
export function coverageOf(samples: readonly InspectionSample[], request: CoverageRequest): CoverageAnswer {
  const all = placed(samples);
  const silences = silencesOf(all);
  const timelines = [...byCameraAndModel(all).values()]
    .filter(([{ body }]) => request.camera === undefined || body.camera === request.camera)
    .map((own) => {
      const [{ device, body }] = own;
      const timeline = [
        ...silences.before(own[0]),
        ...timelineOf(own, silences.reason),
        ...silences.after(own.at(-1) ?? own[0]),
      ];
      const segments = within(filled(timeline, own, request), request);
      return { device, camera: body.camera, model: body.model, segments };
    });
  const planned = scheduled(request, request.plan);
  const outside = timelines.map((one) => ({ ...one, segments: unplanned(one.segments, planned) }));
  const cameras = [...Map.groupBy(outside, ({ device, camera }) => JSON.stringify([device, camera])).values()].map(
    (models) => ({ ...first(models), model: undefined, segments: combined(models.map(({ segments }) => segments)) }),
  );
  return { items: outside.map((one) => covered(one, request)), cameras: cameras.map((one) => covered(one, request)) };
}

interface Timeline {
  readonly device: string;
  readonly camera: string;
  readonly model: string | undefined;
  readonly segments: readonly Segment[];
}

function first<T>([one]: readonly T[]): T {
  if (one === undefined) throw new TypeError('a group has at least one member');
  return one;
}

function covered({ device, camera, model, segments }: Timeline, request: CoverageRequest): Coverage {
  return {
    ...{ device, camera, model },
    ...cover(segments, { fromMs: request.fromMs, toMs: request.toMs }),
    framesOffered: segments.reduce((sum, { offered }) => sum + offered, 0),
    framesInspected: segments.reduce((sum, { inspected }) => sum + inspected, 0),
    parts: request.parts.map((part) => cover(segments, part)),
    periods: joined(segments.filter(({ state }) => state !== 'inspected')),
  };
}

type Samples = [InspectionSample, ...InspectionSample[]];

/** The samples of each camera and model of each device. */
export function byCameraAndModel(samples: readonly InspectionSample[]): ReadonlyMap<string, Readonly<Samples>> {
  const groups = new Map<string, Samples>();
  for (const sample of samples) {
    const key = JSON.stringify([sample.device, sample.body.camera, sample.body.model]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [sample]);
    else group.push(sample);
  }
  return groups;
}

/** The timeline with unknown time before its first and after its last record; what is not due yet stays open. */
function filled(
  segments: readonly Segment[],
  samples: Readonly<Samples>,
  { fromMs, toMs, nowMs }: CoverageRequest,
): readonly Segment[] {
  const firstMs = segments[0]?.fromMs ?? samples[0].wallMs;
  const lastMs = segments.at(-1)?.toMs ?? samples[0].wallMs;
  const endMs = Math.min(toMs, nowMs);
  const unknown = { state: 'unknown', reason: 'no_record', offered: 0, inspected: 0 } as const;
  return [
    ...(firstMs > fromMs ? [{ ...unknown, fromMs, toMs: firstMs }] : []),
    ...segments,
    ...(endMs - lastMs > MAX_STEP_MS ? [{ ...unknown, fromMs: lastMs, toMs: endMs }] : []),
  ];
}

/** The segments cut to the interval. Frames count where their segment ends. */
function within(segments: readonly Segment[], { fromMs, toMs }: Interval): readonly Segment[] {
  return segments.flatMap((segment) => {
    const cut = { ...segment, fromMs: Math.max(fromMs, segment.fromMs), toMs: Math.min(toMs, segment.toMs) };
    if (cut.toMs <= cut.fromMs) return [];
    return [segment.toMs <= toMs ? cut : { ...cut, offered: 0, inspected: 0 }];
  });
}

/** What was not inspected outside of every shift was not scheduled. */
function unplanned(segments: readonly Segment[], planned: readonly Interval[]): readonly Segment[] {
  return segments.flatMap((segment): readonly Segment[] => {
    if (segment.state === 'inspected') return [segment];
    const parts: Segment[] = [];
    let fromMs = segment.fromMs;
    const off = (toMs: number): Segment => ({
      ...{ fromMs, toMs, offered: 0, inspected: 0 },
      ...{ state: 'unscheduled', reason: 'not_scheduled' },
    });
    for (const shift of planned) {
      if (shift.toMs <= fromMs || shift.fromMs >= segment.toMs) continue;
      if (shift.fromMs > fromMs) parts.push(off(shift.fromMs));
      const toMs = Math.min(segment.toMs, shift.toMs);
      parts.push({ ...segment, fromMs: Math.max(fromMs, shift.fromMs), toMs });
      fromMs = toMs;
    }
    if (fromMs < segment.toMs) parts.push(off(segment.toMs));
    return parts;
  });
}

function cover(segments: readonly Segment[], { fromMs, toMs, name }: NamedInterval): Cover {
  const sums: Record<SegmentState, number> = { inspected: 0, blind: 0, unknown: 0, unscheduled: 0 };
  const reasons = new Map<string, number>();
  let unsyncedMs = 0;
  for (const segment of segments) {
    const ms = Math.min(toMs, segment.toMs) - Math.max(fromMs, segment.fromMs);
    if (ms <= 0) continue;
    sums[segment.state] += ms;
    if (segment.isUnsynced === true) unsyncedMs += ms;
    if (segment.reason !== undefined) reasons.set(segment.reason, (reasons.get(segment.reason) ?? 0) + ms);
  }
  const known = sums.inspected + sums.blind + sums.unknown + sums.unscheduled;
  return {
    ...(name === undefined ? {} : { name }),
    ...{ fromMs, toMs, inspectedMs: sums.inspected, blindMs: sums.blind, unknownMs: sums.unknown },
    ...{ unscheduledMs: sums.unscheduled, pendingMs: toMs - fromMs - known, unsyncedMs },
    reasons: [...reasons].map(([reason, ms]) => ({ reason, ms })).toSorted((a, b) => b.ms - a.ms),
  };
}

function joined(segments: readonly Segment[]): readonly Segment[] {
  const periods: Segment[] = [];
  for (const next of segments) {
    const last = periods.at(-1);
    if (last?.toMs === next.fromMs && last.state === next.state && last.reason === next.reason) {
      periods[periods.length - 1] = {
        ...{ ...last, toMs: next.toMs, offered: last.offered + next.offered },
        inspected: last.inspected + next.inspected,
      };
    } else periods.push(next);
  }
  return periods;
}
