import type { FastifyInstance } from 'fastify';
import type { Clock } from '@lineside/kit';
import { answerJson, DIVISIONS, planOrDefault, requestOf } from '@lineside/protocol/coverage';
import { z } from 'zod';
import { readCoverage } from '../inspection/index.ts';
import type { RecordQueries } from '../records/index.ts';
import { parseQuery } from './parse-query.ts';
import { ProblemError } from './problem.ts';

const text = z.string().max(40).optional();

const CoverageQuery = z.strictObject({
  device: z.string().min(1).max(64),
  camera: z.string().max(128).optional(),
  from: text,
  to: text,
  at: text,
  date: text,
  by: z.enum(DIVISIONS).optional(),
});

export interface CoverageOptions {
  readonly records: Pick<RecordQueries, 'inspectionSamples' | 'sampleNeighbours' | 'devices'>;
  readonly clock: Clock;
}

/** GET /api/v1/coverage: for how long each camera was inspected in an interval, when it was not, and why. */
export function coverageRoute(app: FastifyInstance, { records, clock }: CoverageOptions): void {
  app.get('/api/v1/coverage', async (request) => {
    const { device, ...words } = parseQuery(CoverageQuery, request.query);
    const nowMs = clock.wallMs();
    const row = (await records.devices()).find((candidate) => candidate.device === device);
    const plan = planOrDefault(row?.birth?.shifts);
    const asked = requestOf(words, plan, nowMs);
    if (asked.mistake !== undefined) {
      throw new ProblemError({ status: 400, code: 'query_invalid', title: asked.mistake });
    }
    const { fromMs, toMs, by } = asked;
    const answer = await readCoverage(records, { ...asked, device });
    const { timeZone } = plan;
    return { nowMs, device, timeZone, fromAtMs: fromMs, toAtMs: toMs, by, ...answerJson(answer, timeZone) };
  });
}
