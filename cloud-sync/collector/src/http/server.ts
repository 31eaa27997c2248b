import { fileURLToPath } from 'node:url';
import { lateCompilers, servePage } from '@lineside/web';
import Fastify, { type FastifyError, type FastifyInstance, type FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type Logger, messageOf } from '@lineside/kit';
import { Access, type AccessOptions } from './access.ts';
import { AttemptLimit } from './attempt-limit.ts';
import { apiRoutes, type ApiOptions } from './api.ts';
import { claimRoutes, type ClaimRoutesOptions } from './claims.ts';
import { mediaRoutes, type MediaOptions } from './media.ts';
import { ProblemError, sendProblem } from './problem.ts';
import { planRoute, type PlanOptions } from './plan.ts';
import { releaseRoutes, type ReleaseOptions } from './releases.ts';
import { reviewRoutes } from './reviews.ts';
import { rolloutRoutes } from './rollouts.ts';
import type { ReviewStore } from '../reviews/index.ts';
import type { RolloutDesk } from '../rollouts/index.ts';
import { uploadRoutes, type UploadOptions } from './uploads.ts';

/** The page's folder; the same step up from `src/http` and from `dist/http`. */
const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));
const BODY_BYTES = 16 * 1024;
const REQUEST_MS = 120_000;
const IDLE_MS = 30_000;
const MAX_CONNECTIONS = 512;

const HEADERS = {
  'content-security-policy':
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; media-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=()',
} as const;

export interface HttpOptions {
  readonly access: AccessOptions;
  readonly api: ApiOptions;
  readonly media: MediaOptions;
  readonly releases: ReleaseOptions;
  readonly plans: PlanOptions;
  readonly rollouts: RolloutDesk;
  readonly reviews: ReviewStore;
  readonly claims: Omit<ClaimRoutesOptions, 'access'>;
  readonly log: Logger;
  /** Problems of now; empty when healthy. */
  readonly unhealthy: () => Promise<readonly string[]>;
  /** Text for Prometheus. */
  readonly metrics: () => Promise<{ readonly type: string; readonly text: string }>;
}

/** The server with all its routes, not listening yet. */
export async function createServer(options: HttpOptions & { readonly media: UploadOptions }): Promise<FastifyInstance> {
  const app = Fastify({
    bodyLimit: BODY_BYTES,
    requestTimeout: REQUEST_MS,
    connectionTimeout: REQUEST_MS,
    keepAliveTimeout: IDLE_MS,
    forceCloseConnections: true,
    routerOptions: { maxParamLength: 160 },
    schemaController: lateCompilers(),
    frameworkErrors: (error, _request, reply) => {
      void sendProblem(reply, { status: 400, code: 'request_invalid', title: error.message });
    },
  });
  app.server.maxConnections = MAX_CONNECTIONS;
  const access = new Access(options.access);
  app.addHook('onRequest', async (request, reply) => {
    reply.headers(HEADERS);
    if (!isOfDevices(request)) access.checkHost(request);
  });
  answerErrors(app, options.log);
  openRoutes(app, options, access);
  const attempts = new AttemptLimit(() => options.access.clock.monoMs());
  await mediaRoutes(app, options.media, attempts);
  await uploadRoutes(app, options.media, { log: options.log, attempts });
  await releaseRoutes(app, options.releases, { credentials: options.media.credentials, attempts });
  planRoute(app, options.plans, { credentials: options.media.credentials, attempts });
  await app.register(async (scope) => {
    scope.addHook('onRequest', async (request, reply) => {
      access.checkRead(request);
      reply.header('cache-control', 'no-store');
    });
    apiRoutes(scope, options.api);
    rolloutRoutes(scope, options.rollouts, access);
    claimRoutes(scope, { ...options.claims, access });
    reviewRoutes(scope, { reviews: options.reviews, clock: options.api.clock, access });
    scope.get('/metrics', async (_request, reply) => {
      const { type, text } = await options.metrics();
      return reply.type(type).send(text);
    });
  });
  await servePage(app, PAGE);
  return app;
}

/** Devices have credentials of their own, and may use any name of this machine. */
function isOfDevices({ url }: FastifyRequest): boolean {
  return ['/media/', '/uploads/', '/releases/', '/production/'].some((path) => url.startsWith(path));
}

function answerErrors(app: FastifyInstance, log: Logger): void {
  app.setNotFoundHandler((_request, reply) =>
    sendProblem(reply, { status: 404, code: 'not_found', title: 'Not found.' }),
  );
  app.setErrorHandler((error: FastifyError | ProblemError, request: FastifyRequest, reply) => {
    if (error instanceof ProblemError) {
      const { status } = error.problem;
      if (status === 401 && isOfDevices(request)) reply.header('www-authenticate', 'Basic realm="lineside"');
      // The rest of a refused body is not read.
      if (request.method === 'PUT' || request.method === 'PATCH') reply.header('connection', 'close');
      return sendProblem(reply, error.problem);
    }
    const status = error.statusCode ?? 500;
    if (status >= 500) {
      log.error({ error: messageOf(error), method: request.method, route: request.routeOptions.url }, 'request failed');
      return sendProblem(reply, { status, code: 'internal', title: 'The collector could not answer.' });
    }
    return sendProblem(reply, { status, code: 'request_invalid', title: error.message });
  });
}

/** Routes that need no token: health and sign-in. */
function openRoutes(app: FastifyInstance, options: HttpOptions, access: Access): void {
  app.get('/healthz', async (_request, reply) => {
    const problems = await options.unhealthy();
    return reply
      .code(problems.length === 0 ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: problems.length === 0 ? 'ok' : 'failing', problems });
  });
  app.post('/api/v1/session', async (request, reply) => {
    const body = z.strictObject({ token: z.string().min(1).max(512) }).safeParse(request.body);
    if (!body.success) throw new ProblemError({ status: 400, code: 'body_invalid', title: 'Send {"token": "..."}.' });
    if (access.takesTokens) reply.header('set-cookie', await access.signIn(body.data.token, request.ip));
    return reply.code(204).send();
  });
  app.get('/api/v1/session', async (request, reply) => {
    const { accounts, person } = access.whoIs(request);
    return reply.header('cache-control', 'no-store').send({ accounts, person: person?.name ?? null });
  });
}
