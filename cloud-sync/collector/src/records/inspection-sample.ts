import { ClockQuality, TelemetryBody, WireRecord } from '@lineside/protocol';

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

export interface SampleQuery {
  readonly device: string;
  readonly camera?: string | undefined;
  /** Wall times, both included, milliseconds since 1970. */
  readonly fromMs: number;
  readonly toMs: number;
}

/** A row as both databases return it. */
export interface SampleSql {
  readonly device: string;
  readonly journal: number;
  readonly seq: number;
  readonly json: string;
}

/** The samples among stored records; those of another camera and what is no counter record are left out. */
export function toSamples(rows: readonly SampleSql[], camera: string | undefined): readonly InspectionSample[] {
  // Most records of other cameras are left out without being parsed.
  const quoted = camera === undefined ? '' : JSON.stringify(camera);
  return rows
    .filter(({ json }) => json.includes(quoted))
    .map(toSample)
    .filter((sample) => sample !== undefined)
    .filter(({ body }) => camera === undefined || body.camera === camera);
}

function toSample({ device, journal, seq, json }: SampleSql): InspectionSample | undefined {
  const record = WireRecord.safeParse(JSON.parse(json)).data;
  const body = record && TelemetryBody.safeParse(record.b).data;
  if (record === undefined || body === undefined) return undefined;
  return { device, journal, seq, boot: record.boot, wallMs: record.t, monoMs: record.m, clock: record.q, body };
}
