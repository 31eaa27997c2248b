import { entriesOf, integerFrom, numberFrom, objectReader, textOf } from './object-reader.ts';

/** Counters of one camera and model since the process started: offered = inspected + skipped + failed. */
export interface InspectionCounters {
  offered: number;
  inspected: number;
  skipped: Record<string, number>;
  failed: Record<string, number>;
}

/** Body of a record in stream `telemetry`. `state`: `streaming`, or why no frame of this camera can be inspected. */
export interface TelemetryBody {
  camera: string;
  model: string;
  counters: InspectionCounters;
  latencyMs?: { p50: number; p95: number; p99: number } | undefined;
  /** Present while products move so far between two frames that they may be mistaken for each other. */
  linePace?: { label: string; movement: number; spacing: number; fps: number; neededFps: number } | undefined;
  state: string;
  /** Events of this camera and model that were opened since the process started; of these, the violations of personnel. */
  events?: number | undefined;
  violations?: number | undefined;
  /** Median score of the latest detections; absent before the first. */
  confidence?: number | undefined;
}

const name = textOf(1, 128);
const count = integerFrom(0);
const anyText = textOf(0, 128);
const anyNumber = numberFrom(Number.NEGATIVE_INFINITY);

/** The body of a telemetry record; undefined where `value` is none. Accepts what the schema `TelemetryBody` accepts. */
export const readTelemetryBody = objectReader<TelemetryBody>(
  {
    camera: name,
    model: name,
    counters: objectReader<InspectionCounters>(
      { offered: count, inspected: count, skipped: readCounts, failed: readCounts },
      {},
    ),
    state: textOf(0, 64),
  },
  {
    latencyMs: objectReader<NonNullable<TelemetryBody['latencyMs']>>(
      { p50: anyNumber, p95: anyNumber, p99: anyNumber },
      {},
    ),
    linePace: objectReader<NonNullable<TelemetryBody['linePace']>>(
      { label: anyText, movement: anyNumber, spacing: anyNumber, fps: anyNumber, neededFps: anyNumber },
      {},
    ),
    events: count,
    violations: count,
    confidence: anyNumber,
  },
);

function readCounts(value: unknown): Record<string, number> | undefined {
  const given = entriesOf(value);
  const entries = given?.flatMap(([key, item]) => {
    const read = count(item);
    return read === undefined ? [] : [[key, read] as const];
  });
  return entries !== undefined && entries.length === given?.length ? Object.fromEntries(entries) : undefined;
}
