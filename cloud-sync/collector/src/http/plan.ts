import type { FastifyInstance } from 'fastify';
import type { CredentialStore } from '../broker/index.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import { deviceOf } from './device-access.ts';
import { ProblemError } from './problem.ts';

/** The plan of a device, ready to be sent. */
export interface PlanAnswer {
  readonly body: string;
  /** A strong validator, with its quotes. */
  readonly etag: string;
}

export interface PlanOptions {
  /** Undefined while no plan was ever read; without the function no plans are read here. */
  readonly planOf?: (device: string) => PlanAnswer | undefined;
}

/** GET `/production/plan`: the plan of the device whose credential the request has, as its `production.planFrom` reads it. */
export function planRoute(
  app: FastifyInstance,
  { planOf }: PlanOptions,
  { credentials, attempts }: { readonly credentials: Pick<CredentialStore, 'get'>; readonly attempts: AttemptLimit },
): void {
  app.get('/production/plan', async (request, reply) => {
    const device = await deviceOf(request, credentials, attempts);
    if (planOf === undefined) {
      const advice = 'set mes.plan in the configuration of the collector';
      throw new ProblemError({ status: 404, code: 'plan_off', title: 'This collector reads no plans.', advice });
    }
    const plan = planOf(device);
    if (plan === undefined) {
      const advice = 'lineside-collector mes check';
      throw new ProblemError({ status: 503, code: 'plan_unknown', title: 'No plan was read yet.', advice });
    }
    reply.headers({ etag: plan.etag, 'cache-control': 'private, no-cache' });
    if (request.headers['if-none-match'] === plan.etag) return reply.code(304).send();
    return reply.type('application/json').send(plan.body);
  });
}
