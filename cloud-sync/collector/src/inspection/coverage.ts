import type { InspectionSample } from '../records/index.ts';
import { MAX_STEP_MS, timelineOf, type Segment } from './timeline.ts';

export interface Interval {
  /** Wall times, milliseconds since 1970; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** How long a camera was inspected in an interval. The four durations add up to its length. Milliseconds. */
export interface Cover extends Interval {
  readonly inspectedMs: number;
  readonly blindMs: number;
  /** Time of which no record tells. */
  readonly unknownMs: number;
  /** Time so recent that its record is not due yet, or that has not come yet. */
  readonly pendingMs: number;
  /** Why it was not inspected, with the time of each reason, longest first. */
  readonly reasons: readonly { readonly reason: string; readonly ms: number }[];
}

/** What coverage is asked for. */
export interface CoverageRequest extends Interval {
  /** Length of the parts into which the interval is divided. */
  readonly stepMs: number;
  /** The collector's time. */
  readonly nowMs: number;
}

/** Coverage of one camera by one model. */
export interface Coverage extends Cover {
  readonly device: string;
  readonly camera: string;
  readonly model: string;
  readonly framesOffered: number;
  readonly framesInspected: number;
  readonly parts: readonly Cover[];
  /** What was not inspected, in order; neighbouring periods with one reason are one. */
  readonly periods: readonly Segment[];
}

/** Coverage of every camera and model among `samples`, which are in the order of their records. */
export function coverageOf(samples: readonly InspectionSample[], request: CoverageRequest): readonly Coverage[] {
  return [...byCameraAndModel(samples).values()].map((own): Coverage => {
    const [{ device, body }] = own;
    const segments = within(filled(own, request), request);
    return {
      device,
      camera: body.camera,
      model: body.model,
      ...cover(segments, request),
      framesOffered: segments.reduce((sum, { offered }) => sum + offered, 0),
      framesInspected: segments.reduce((sum, { inspected }) => sum + inspected, 0),
      parts: stepsOf(request).map((step) => cover(segments, step)),
      periods: joined(segments.filter(({ state }) => state !== 'inspected')),
    };
  });
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
function filled(samples: Readonly<Samples>, { fromMs, toMs, nowMs }: CoverageRequest): readonly Segment[] {
  const segments = timelineOf(samples);
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

function stepsOf({ fromMs, toMs, stepMs }: CoverageRequest): readonly Interval[] {
  const count = Math.ceil((toMs - fromMs) / stepMs);
  return Array.from({ length: count }, (_, index) => ({
    fromMs: fromMs + index * stepMs,
    toMs: Math.min(toMs, fromMs + (index + 1) * stepMs),
  }));
}

function cover(segments: readonly Segment[], { fromMs, toMs }: Interval): Cover {
  const sums = { inspected: 0, blind: 0, unknown: 0 };
  const reasons = new Map<string, number>();
  for (const segment of segments) {
    const ms = Math.min(toMs, segment.toMs) - Math.max(fromMs, segment.fromMs);
    if (ms <= 0) continue;
    sums[segment.state] += ms;
    if (segment.reason !== undefined) reasons.set(segment.reason, (reasons.get(segment.reason) ?? 0) + ms);
  }
  return {
    ...{ fromMs, toMs, inspectedMs: sums.inspected, blindMs: sums.blind, unknownMs: sums.unknown },
    pendingMs: toMs - fromMs - sums.inspected - sums.blind - sums.unknown,
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
