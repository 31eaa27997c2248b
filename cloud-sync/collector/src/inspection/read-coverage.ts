import { coverageOf, type CoverageAnswer, type CoverageRequest, readSamples } from '@lineside/protocol/coverage';
import type { RecordQueries } from '../records/index.ts';

export interface CoverageQuery extends CoverageRequest {
  readonly device: string;
}

/** Coverage of the cameras of one device. */
export async function readCoverage(
  records: Pick<RecordQueries, 'inspectionSamples' | 'sampleNeighbours'>,
  query: CoverageQuery,
): Promise<CoverageAnswer> {
  const { device } = query;
  const samples = await readSamples(
    {
      between: async (fromMs, toMs) => records.inspectionSamples({ device, fromMs, toMs }),
      neighbours: async (fromMs, toMs) => records.sampleNeighbours({ device, fromMs, toMs }),
    },
    query,
  );
  return coverageOf(samples, query);
}
