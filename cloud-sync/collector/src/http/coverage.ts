import type { FastifyInstance } from 'fastify';
import type { Clock } from '@lineside/kit';
import { z } from 'zod';
import { coverageJson, readCoverage } from '../inspection/index.ts';
import type { RecordQueries } from '../records/index.ts';
import { parseQuery } from './parse-query.ts';
import { ProblemError } from './problem.ts';

const HOUR_MS = 3_600_000;
const DEFAULT_MS = 8 * HOUR_MS;
const MAX_MS = 31 * 24 * HOUR_MS;
const MAX_PARTS = 1500;

/** Milliseconds since 1970, or a time such as 2026-11-28T02:14Z. */
const Time = z.union([
  z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number),
  z.iso.datetime({ offset: true }).transform((text) => Date.parse(text)),
]);

const CoverageQuery = z.strictObject({
  device: z.string().min(1).max(64),
  camera: z.string().max(128).optional(),
  from: Time.optional(),
  to: Time.optional(),
  /** Length of the parts, milliseconds: a minute at least. */
  step: z.coerce.number().int().min(60_000).max(MAX_MS).default(HOUR_MS),
});

export interface CoverageOptions {
  readonly records: Pick<RecordQueries, 'inspectionSamples'>;
  readonly clock: Clock;
}

/** GET /api/v1/coverage: for how long each camera was inspected in an interval, when it was not, and why. */
export function coverageRoute(app: FastifyInstance, { records, clock }: CoverageOptions): void {
  app.get('/api/v1/coverage', async (request) => {
    const { device, camera, from, to, step } = parseQuery(CoverageQuery, request.query);
    const nowMs = clock.wallMs();
    const toMs = to ?? nowMs;
    const fromMs = from ?? toMs - DEFAULT_MS;
    if (fromMs >= toMs) throw invalid('from: it must be before to');
    if (toMs - fromMs > MAX_MS) throw invalid('from, to: at most 31 days in one query');
    if ((toMs - fromMs) / step > MAX_PARTS) throw invalid(`step: at most ${MAX_PARTS} parts in one query`);
    const items = await readCoverage(records, { device, camera, fromMs, toMs, stepMs: step, nowMs });
    return { nowMs, device, fromAtMs: fromMs, toAtMs: toMs, stepMs: step, items: items.map(coverageJson) };
  });
}

function invalid(title: string): ProblemError {
  return new ProblemError({ status: 400, code: 'query_invalid', title });
}
