import {
  type ClockQuality,
  type Json,
  readTelemetryBody,
  readWireRecord,
  type TelemetryBody,
} from '../records/index.ts';

/** One telemetry record: the counters of one camera and model at one instant, with the clocks of its device. */
export interface InspectionSample {
  readonly device: string;
  /** Orders the journals of a device. */
  readonly journal: number;
  readonly seq: number;
  readonly boot: string;
  /** Milliseconds since 1970, a label of quality `clock`. */
  readonly wallMs: number;
  /** Milliseconds since `boot`. */
  readonly monoMs: number;
  readonly clock: ClockQuality;
  readonly body: TelemetryBody;
}

/** A stored record of stream `telemetry`; `json` is its canonical text. */
export interface StoredTelemetry {
  readonly device: string;
  readonly journal: number;
  readonly seq: number;
  readonly json: string;
}

/** The sample in a stored record; undefined where it is none, such as a tombstone. */
export function sampleOf({ device, journal, seq, json }: StoredTelemetry): InspectionSample | undefined {
  const record = readWireRecord(JSON.parse(json) as Json);
  const body = record && readTelemetryBody(record.b);
  if (record === undefined || body === undefined) return undefined;
  return { device, journal, seq, boot: record.boot, wallMs: record.t, monoMs: record.m, clock: record.q, body };
}

/**
 * The samples with better wall times: one whose clock was not synchronised has the time that follows from the nearest
 * synchronised sample of the same boot, whose monotonic clock both share. Where there is none its label stays.
 */
export function placed(samples: readonly InspectionSample[]): readonly InspectionSample[] {
  const anchors = new Map<string, InspectionSample[]>();
  for (const sample of samples) {
    if (sample.clock !== 'synced') continue;
    const known = anchors.get(sample.boot);
    if (known === undefined) anchors.set(sample.boot, [sample]);
    else known.push(sample);
  }
  return samples.map((sample) => {
    const anchor = sample.clock === 'synced' ? undefined : nearest(anchors.get(sample.boot) ?? [], sample.monoMs);
    if (anchor === undefined) return sample;
    return { ...sample, clock: 'synced', wallMs: Math.round(anchor.wallMs + sample.monoMs - anchor.monoMs) };
  });
}

/** `sorted` by monotonic time. */
function nearest(sorted: readonly InspectionSample[], monoMs: number): InspectionSample | undefined {
  let [low, high] = [0, sorted.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((sorted[middle]?.monoMs ?? 0) < monoMs) low = middle + 1;
    else high = middle;
  }
  const [before, after] = [sorted[low - 1], sorted[low]];
  if (before === undefined || after === undefined) return before ?? after;
  return monoMs - before.monoMs < after.monoMs - monoMs ? before : after;
}
