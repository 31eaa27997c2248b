import { setImmediate } from 'node:timers/promises';
import type { InspectionSample, RecordQueries } from '../records/index.ts';
import { coverageOf, type Coverage, type CoverageRequest } from './coverage.ts';
import { MAX_STEP_MS } from './timeline.ts';

/** Records are read in steps of so much time, so that a long interval does not hold up what arrives. */
const READ_MS = 3 * 3_600_000;

export interface CoverageQuery extends CoverageRequest {
  readonly device: string;
  readonly camera?: string | undefined;
}

/** Coverage of the cameras of one device. */
export async function readCoverage(
  records: Pick<RecordQueries, 'inspectionSamples'>,
  query: CoverageQuery,
): Promise<readonly Coverage[]> {
  const { device, camera } = query;
  const samples: InspectionSample[] = [];
  // With the neighbours at both ends, so that the first and last periods are whole.
  const endMs = query.toMs + MAX_STEP_MS;
  for (let fromMs = query.fromMs - MAX_STEP_MS; fromMs <= endMs; fromMs += READ_MS) {
    const toMs = Math.min(endMs, fromMs + READ_MS - 1);
    for (const sample of await records.inspectionSamples({ device, camera, fromMs, toMs })) samples.push(sample);
    await setImmediate();
  }
  return coverageOf(
    samples.toSorted((a, b) => a.journal - b.journal || a.seq - b.seq),
    query,
  );
}
