import { MAX_STEP_MS } from '@lineside/protocol/coverage';
import type { InspectionSample, RecordQueries, TelemetryRow } from '../records/index.ts';
import { inspectionState, type InspectionState } from './inspection-state.ts';

/** Most cameras and models of one device that are judged and shown, so that one device cannot fill the page. */
export const MAX_CAMERAS = 128;
/** For so long a camera is shown that the device no longer reports. */
const ENDED_SHOWN_MS = 24 * 3_600_000;

export interface CameraInspection extends InspectionState {
  readonly row: TelemetryRow;
}

export interface InspectionSources {
  readonly records: Pick<RecordQueries, 'telemetry' | 'inspectionSamples'>;
  /** Whether the device is connected now; where that is not known, the age of its counters alone decides. */
  readonly isOnline: (device: string) => boolean;
  readonly nowMs: number;
}

/** What is known now of every camera and model of every device. */
export async function readInspection(
  sources: InspectionSources,
): Promise<ReadonlyMap<string, readonly CameraInspection[]>> {
  const { records, isOnline, nowMs } = sources;
  const devices = new Map<string, readonly CameraInspection[]>();
  for (const [device, all] of Map.groupBy(await records.telemetry(), (row) => row.device)) {
    const rows = all.toSorted((a, b) => b.receivedAtMs - a.receivedAtMs).slice(0, MAX_CAMERAS);
    const newestReceivedAtMs = rows[0]?.receivedAtMs ?? 0;
    const samples = await latestSamples(records, device, rows);
    const judged = rows
      .map((row): CameraInspection => {
        const own = samples.filter(({ body }) => body.camera === row.camera && body.model === row.model);
        const facts = { row, samples: own, newestReceivedAtMs, isOnline: isOnline(device), nowMs };
        return { row, ...inspectionState(facts) };
      })
      .filter(({ state, row }) => state !== 'ended' || newestReceivedAtMs - row.receivedAtMs < ENDED_SHOWN_MS)
      .toSorted((a, b) => order(a.row.camera, b.row.camera) || order(a.row.model, b.row.model));
    devices.set(device, judged);
  }
  return devices;
}

/** The worst state of a device's cameras, which is the state of its line; undefined where it reports none. */
export function worstOf(cameras: readonly CameraInspection[]): CameraInspection | undefined {
  const worstFirst = ['not_inspecting', 'unknown', 'starting', 'inspecting'];
  const judged = cameras.filter(({ state }) => state !== 'ended');
  return judged.toSorted((a, b) => worstFirst.indexOf(a.state) - worstFirst.indexOf(b.state))[0];
}

/** The records of the last minutes before the newest counters, by the clock of the device. */
async function latestSamples(
  records: InspectionSources['records'],
  device: string,
  rows: readonly TelemetryRow[],
): Promise<readonly InspectionSample[]> {
  const current = rows.filter(({ receivedAtMs }) => (rows[0]?.receivedAtMs ?? 0) - receivedAtMs <= MAX_STEP_MS);
  const walls = current.map(({ wallMs }) => wallMs);
  const toMs = Math.max(...walls);
  // The clock may have stepped between cameras; then only the newest are compared.
  const fromMs = Math.max(Math.min(...walls), toMs - MAX_STEP_MS) - MAX_STEP_MS;
  const samples = await records.inspectionSamples({ device, fromMs, toMs });
  return samples.slice(-MAX_CAMERAS * 8);
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
