import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import { UsageError } from '../errors/index.ts';
import { APPROVALS, ROLLOUT_ACTS, type RolloutDesk, rolloutJson, rolloutSummary } from '../rollouts/index.ts';
import type { Access } from './access.ts';
import { parseQuery } from './parse-query.ts';
import { ProblemError } from './problem.ts';
import { assertSameSite } from './same-site.ts';

const person = z.string().trim().min(1).max(64);
const name = z.string().min(1).max(64);
const fraction = z.number().min(0).max(1);

const StartBody = z.strictObject({
  target: z.string().min(1).max(256),
  groups: z
    .array(z.strictObject({ name, devices: z.array(z.string().min(1).max(64)).min(1).max(5000) }))
    .min(1)
    .max(20),
  soakMs: z.int().nonnegative().default(3_600_000),
  success: fraction.default(1),
  errors: fraction.default(0),
  lineDeadlineMs: z.int().positive().optional(),
  approval: z.enum(APPROVALS).optional(),
  by: person.optional(),
});
const ActBody = z.strictObject({ by: person.optional(), reason: z.string().min(1).max(512).optional() });
const ListQuery = z.strictObject({ limit: z.coerce.number().int().min(1).max(200).default(50) });

type Desk = Pick<RolloutDesk, 'start' | 'act' | 'get' | 'list' | 'history'>;

/** Routes of rollouts. `by` is the name that a person gives where there are no accounts that would prove it. */
export function rolloutRoutes(app: FastifyInstance, desk: Desk, access: Pick<Access, 'actor'>): void {
  app.get('/api/v1/rollouts', async (request) => {
    const { limit } = parseQuery(ListQuery, request.query);
    return { items: (await desk.list(limit)).map(rolloutSummary) };
  });
  app.get<{ Params: { id: string } }>('/api/v1/rollouts/:id', async ({ params: { id } }) =>
    explained(async () => rolloutJson(await desk.get(id), await desk.history(id))),
  );
  app.post('/api/v1/rollouts', { bodyLimit: 512 * 1024 }, async (request, reply) => {
    assertSameSite(request);
    const { by: named, ...wish } = parseQuery(StartBody, request.body);
    const by = access.actor(request, named);
    const rollout = await explained(async () => desk.start({ ...wish, by }));
    return reply.code(201).send(rolloutSummary(rollout));
  });
  for (const act of ROLLOUT_ACTS) {
    app.post<{ Params: { id: string } }>(`/api/v1/rollouts/:id/${act}`, async (request) => {
      assertSameSite(request);
      const { by: named, reason } = parseQuery(ActBody, request.body);
      const by = access.actor(request, named);
      return explained(async () => rolloutSummary(await desk.act(request.params.id, act, by, reason)));
    });
  }
}

const STATUS: Readonly<Record<string, number>> = {
  person_unproven: 403,
  rollout_unknown: 404,
  release_unknown: 404,
  release_missing: 404,
  rollout_busy: 409,
  rollout_not_possible: 409,
  rollout_overlaps: 409,
  rollout_same_person: 409,
};

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { code, message, advice } = error;
    throw new ProblemError({ status: STATUS[code] ?? 400, code, title: message, advice });
  }
}
