import type { FastifyInstance } from 'fastify';
import { z } from 'zod';
import type { Claim, ClaimDesk, ClaimState } from '../enrolment/index.ts';
import { UsageError } from '../errors/index.ts';
import type { Access } from './access.ts';
import { parseQuery } from './parse-query.ts';
import { ProblemError } from './problem.ts';
import { assertSameSite } from './same-site.ts';

const HOUR_MS = 3_600_000;
const label = z.string().trim().min(1).max(128);

const MakeBody = z.strictObject({
  device: z.string().min(1).max(64),
  line: label.optional(),
  site: label.optional(),
  forMs: z.int().positive().default(HOUR_MS),
  replace: z.boolean().default(false),
});
const CancelBody = z.strictObject({});

export interface ClaimRoutesOptions {
  readonly desk: Pick<ClaimDesk, 'make' | 'cancel' | 'list'>;
  /** Host and port where devices enrol; undefined where they do not. */
  readonly address: () => string | undefined;
  readonly access: Pick<Access, 'actor' | 'whoIs'>;
}

/**
 * Routes of claims. Reading is as elsewhere; letting a device in and refusing it is for persons with an account alone, because a name
 * that nothing proves must not open the broker to anybody.
 */
export function claimRoutes(app: FastifyInstance, { desk, address, access }: ClaimRoutesOptions): void {
  app.get('/api/v1/claims', async () => {
    const { claims, history } = await desk.list();
    return { collector: address() ?? null, items: claims.map(claimJson), history };
  });
  app.post('/api/v1/claims', async (request, reply) => {
    assertSameSite(request);
    const { line, site, ...wish } = parseQuery(MakeBody, request.body);
    const who = personOf(access, request);
    const collector = address();
    if (collector === undefined) {
      throw new ProblemError({
        status: 409,
        code: 'enrolment_off',
        title: 'This collector takes no enrolments.',
        advice: 'set enrolment.listen, for example to 0.0.0.0:8981',
      });
    }
    const { claim, code } = await explained(() => desk.make({ ...wish, line, site }, who));
    return reply.code(201).send({ ...claimJson({ ...claim, state: 'open' }), code, collector });
  });
  app.post<{ Params: { device: string } }>('/api/v1/claims/:device/cancel', async (request) => {
    assertSameSite(request);
    parseQuery(CancelBody, request.body);
    const who = personOf(access, request);
    const { device } = request.params;
    return { device, cancelled: await explained(() => desk.cancel(device, who)) };
  });
}

/** The account of the request. Throws a problem where there is none. */
function personOf(access: ClaimRoutesOptions['access'], request: Parameters<Access['actor']>[0]): string {
  if (access.whoIs(request).accounts) return access.actor(request, undefined).name;
  throw new ProblemError({
    status: 403,
    code: 'person_unproven',
    title: 'Only a person with an account may let devices in.',
    advice:
      'add accounts (people in the configuration), or use lineside-collector device claim on the machine of the collector',
  });
}

/** Without its hash, its binding and its certificate. */
function claimJson({
  id,
  device,
  state,
  line,
  site,
  createdAtMs,
  expiresAtMs,
  usedAtMs,
}: Claim & { state: ClaimState }) {
  return {
    id,
    device,
    state,
    line: line ?? null,
    site: site ?? null,
    createdAtMs,
    expiresAtMs,
    usedAtMs: usedAtMs ?? null,
  };
}

async function explained<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    const { code, message, advice } = error;
    throw new ProblemError({ status: code === 'device_exists' ? 409 : 400, code, title: message, advice });
  }
}
