import { basename, dirname } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import fastify, { type FastifyError, type FastifyInstance, type FastifyReply, type FastifyRequest } from 'fastify';
import { LinesideError, type Logger } from '@lineside/kit';
import type { CoverageWords } from '@lineside/protocol/coverage';
import { acceptsGzip, lateCompilers, servePage } from '@lineside/web';
import { StatusError } from './client/index.ts';
import type { AccessPort } from './access-port.ts';
import { rankFor, SESSION_PATH } from './changes.ts';
import { addAcknowledgement, addDevice } from './device-routes.ts';
import { isHostAllowed, SECURITY_HEADERS } from './guard.ts';
import { healthOf } from './health.ts';
import { ECONOMY, LIVE_CONTENT_TYPE, type LivePictures } from './live.ts';
import type { Metrics } from './metrics.ts';
import * as schema from './schema.ts';
import { addNetworkGate, pathOf } from './network-gate.ts';
import { addAccessCommands, addAccounts, addLocalSession, addSessions } from './session-routes.ts';
import type { ShapesChange } from './device-answers.ts';
import type { PlantWrite } from './outputs.ts';
import type { PictureOptions, StatusSource, UpdatesChange } from './source.ts';
import type { StatusStream } from './stream.ts';
import { addTeaching } from './teaching.ts';

export interface ApiOptions {
  readonly source: StatusSource;
  readonly live: LivePictures;
  readonly stream: StatusStream;
  readonly hosts: readonly string[];
  readonly log: Logger;
  /** Accounts and the owner's commands for them; left out where there are none. */
  readonly access?: AccessPort | undefined;
  /** Where the requests come from: on the device nobody logs in. */
  readonly from: 'device' | 'network';
  /** Streams that may be open at once, of each kind. */
  readonly maxWatchers: number;
}

const CAMERA_ANSWER_MS = 6_000;

/** The page's folder; the same step up from `src/status` and from `dist/status`. */
const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));

/** Every route, for the TCP address and the control socket alike. The caller owns the sockets. */
export async function buildApi(options: ApiOptions): Promise<FastifyInstance> {
  const api = fastify({
    logger: false,
    // A value of a signal may be of several types: without this, Ajv writes a line that is no JSON into the log.
    ajv: { customOptions: { removeAdditional: false, allowUnionTypes: true } },
    schemaController: lateCompilers(),
    // An address that cannot even be decoded is answered before any hook runs.
    frameworkErrors: (error, _request, reply) => {
      answerError(error, reply.headers(SECURITY_HEADERS), options.log);
    },
  });
  api.addHook('onRequest', async (request, reply) => guard(request, reply, options.hosts));
  if (options.from === 'network' && options.access !== undefined) addNetworkGate(api, options.access);
  api.setNotFoundHandler(() => {
    throw notFound('There is nothing at this address', 'The page is at /, the API under /api/v1/');
  });
  api.setErrorHandler((error: FastifyError, _request, reply) => answerError(error, reply, options.log));
  await api.register(fastifyStatic, { root: dirname(import.meta.filename), serve: false });
  await servePage(api, PAGE);
  if (options.from === 'device') addLocalSession(api);
  else if (options.access !== undefined) {
    addSessions(api, options.access);
    addAccounts(api, options.access);
  }
  if (options.from === 'device' && options.access !== undefined) addAccessCommands(api, options.access);
  addStatus(api, options);
  addEvents(api, options);
  addAcknowledgement(api, options.source);
  addDevice(api, options.source);
  addPictures(api, options);
  addCameras(api, options);
  addShapes(api, options);
  addSignals(api, options);
  addConfirmations(api, options);
  addOutputs(api, options);
  addProduction(api, options);
  addModels(api, options);
  addTeaching(api, options.source);
  addUpdates(api, options);
  await api.ready();
  return api;
}

function guard(request: FastifyRequest, reply: FastifyReply, hosts: readonly string[]): void {
  reply.headers(SECURITY_HEADERS).header('cache-control', 'no-store');
  if (!isHostAllowed(request.raw, hosts)) {
    throw new StatusError({
      code: 'host_refused',
      message: 'This address is not served under the name asked for',
      advice: 'Use the IP address of the device',
    });
  }
  if (request.method === 'GET' || request.method === 'HEAD') return;
  if (request.method === 'POST' && isCommand(request)) return;
  reply.header('allow', rankFor(pathOf(request)) === undefined ? 'GET, HEAD' : 'GET, HEAD, POST');
  throw new StatusError({
    code: 'method_refused',
    message: `${request.method} is not accepted here: what can be set is sent as application/json by a program of this device`,
    advice: 'Change the configuration file, or see lineside signal set --help',
  });
}

/**
 * A page of another site cannot send this: it would have to ask first whether it may (CORS), for the type of the body,
 * and its browser names the site.
 */
function isCommand(request: FastifyRequest): boolean {
  const { origin, 'content-type': type = '' } = request.headers;
  const path = pathOf(request);
  const rank = SESSION_PATH.test(path) ? 'wall' : rankFor(path);
  // The control socket belongs to the user of the service.
  if (rank === 'owner' && request.raw.socket.remoteAddress !== undefined) return false;
  if (rank === undefined || !/^application\/json\b/i.test(type)) return false;
  return origin === undefined || (URL.canParse(origin) && new URL(origin).host === request.headers.host);
}

const STATUS_OF: Readonly<Partial<Record<string, number>>> = {
  bad_request: 400,
  host_refused: 421,
  login_needed: 401,
  login_refused: 401,
  login_throttled: 429,
  role_refused: 403,
  config_changed: 409,
  config_invalid: 409,
  nothing_kept: 409,
  teaching_busy: 409,
  privacy_on: 409,
  preview_busy: 503,
  preview_failed: 500,
  csrf_refused: 403,
  account_refused: 400,
  certificate_refused: 400,
  not_found: 404,
  unknown_camera: 404,
  method_refused: 405,
  too_many_watchers: 503,
  internal: 500,
};

function answerError(error: FastifyError, reply: FastifyReply, log: Logger): FastifyReply {
  if (error instanceof LinesideError) {
    return sendError(reply, STATUS_OF[error.code] ?? 503, error);
  }
  const status = error.statusCode ?? 500;
  if (status >= 400 && status < 500) {
    const facts = { code: 'bad_request', message: error.message, advice: 'See the documentation of the API' } as const;
    return sendError(reply, status, new StatusError(facts));
  }
  // A deadline of ours has passed: the device is busy, and nothing is wrong with it.
  if (error.name === 'TimeoutError') {
    const message = 'The device is busy and did not answer in time';
    return sendError(reply, 503, new StatusError({ code: 'service_timed_out', message, advice: 'Ask again' }));
  }
  log.error({ err: error }, 'a request failed');
  const message = 'The request could not be answered';
  return sendError(reply, 500, new StatusError({ code: 'internal', message, advice: 'journalctl -u lineside' }));
}

function sendError(reply: FastifyReply, status: number, error: LinesideError): FastifyReply {
  const { code, message, advice } = error;
  if ('retryAfterS' in error && typeof error.retryAfterS === 'number')
    reply.header('retry-after', String(error.retryAfterS));
  return reply.code(status).header('cache-control', 'no-store').send({ error: { code, message, advice } });
}

function notFound(message: string, advice: string): StatusError {
  return new StatusError({ code: 'not_found', message, advice });
}

/** Their library is loaded where somebody collects metrics. */
async function loadMetrics(): Promise<Metrics> {
  const { Metrics } = await import('./metrics.ts');
  return new Metrics();
}

function addStatus(api: FastifyInstance, { source, stream, maxWatchers }: ApiOptions): void {
  let metrics: Promise<Metrics> | undefined;
  api.get('/api/v1/status', () => {
    const snapshot = source.snapshot();
    return { ...snapshot, health: healthOf(snapshot) };
  });
  api.get<{ Querystring: CoverageWords }>(
    '/api/v1/coverage',
    { schema: { querystring: schema.coverageQuery } },
    async (request) => source.coverage(request.query),
  );
  api.get('/healthz', (_request, reply) => {
    const health = healthOf(source.snapshot());
    return reply.code(health.ok ? 200 : 503).send(health);
  });
  api.get('/metrics', async (_request, reply) => {
    const made = await (metrics ??= loadMetrics());
    const snapshot = source.snapshot();
    const text = await made.render(snapshot, healthOf(snapshot));
    return reply.type(made.contentType).send(text);
  });
  api.get('/api/v1/stream', { exposeHeadRoute: false }, (request, reply) => {
    if (stream.watchers >= maxWatchers) throw tooMany();
    const isCompressed = acceptsGzip(request);
    if (isCompressed) reply.header('content-encoding', 'gzip');
    stream.attach(takeOver(reply, 'text/event-stream'), isCompressed);
  });
}

function addEvents(api: FastifyInstance, { source }: ApiOptions): void {
  api.get<{ Querystring: schema.EventsQuery }>(
    '/api/v1/events',
    { schema: { querystring: schema.eventsQuery } },
    (request) => source.events(request.query),
  );
  api.get<{ Params: { id: string } }>('/api/v1/events/:id', { schema: { params: schema.eventParams } }, (request) => {
    const event = source.event(request.params.id);
    if (event === undefined) throw notFound('No such event is held', 'It may have been delivered and removed');
    return event;
  });
  api.get<{ Params: { sha256: string }; Querystring: schema.EvidenceQuery }>(
    '/api/v1/evidence/:sha256',
    { schema: { params: schema.evidenceParams, querystring: schema.evidenceQuery } },
    async (request, reply) => {
      const { sha256 } = request.params;
      const { boxes, width } = request.query;
      const look = { boxes: boxes === 1, ...(width === undefined ? {} : { maxWidth: width }) };
      const isOriginal = boxes === 0 && width === undefined;
      const drawn = isOriginal ? undefined : await source.drawnEvidence?.(sha256, look);
      if (drawn !== undefined) {
        return reply.header('cache-control', 'private, max-age=31536000, immutable').type('image/jpeg').send(drawn);
      }
      const path = source.evidence(sha256);
      if (path === undefined) throw notFound('No such picture is held', 'It may have been removed to free space');
      reply
        .header('cache-control', 'private, max-age=31536000, immutable')
        .type(path.endsWith('.mp4') ? 'video/mp4' : 'image/jpeg');
      return reply.sendFile(basename(path), dirname(path), { cacheControl: false });
    },
  );
}

function addPictures(api: FastifyInstance, { source, live, maxWatchers }: ApiOptions): void {
  const checks = { params: schema.cameraParams, querystring: schema.pictureQuery };
  const optionsOf = ({ boxes, width, economy }: schema.PictureQuery): PictureOptions => {
    const { maxWidth, quality } = ECONOMY;
    return economy === 1 ? { boxes: boxes === 1, maxWidth, quality } : { boxes: boxes === 1, maxWidth: width };
  };
  const known = knownCameras(source);
  api.get<{ Params: { id: string }; Querystring: schema.PictureQuery }>(
    '/api/v1/cameras/:id/picture.jpg',
    { schema: checks },
    async (request, reply) => {
      const shot = await live.picture(known(request.params.id), optionsOf(request.query));
      return reply.type('image/jpeg').header('x-frame-index', shot.index).send(shot.jpeg);
    },
  );
  api.get<{ Params: { id: string }; Querystring: schema.PictureQuery }>(
    '/api/v1/cameras/:id/live',
    { schema: checks, exposeHeadRoute: false },
    (request, reply) => {
      const camera = known(request.params.id);
      if (live.watchers >= maxWatchers) throw tooMany();
      live.watch(camera, optionsOf(request.query), takeOver(reply, LIVE_CONTENT_TYPE));
    },
  );
}

/** Gives an id back when there is such a camera. */
function knownCameras(source: StatusSource): (id: string) => string {
  // Asked several times a second, so the whole snapshot is taken only for a name not heard before.
  const ids = new Set<string>();
  return (id) => {
    if (!ids.has(id)) for (const camera of source.snapshot().cameras) ids.add(camera.id);
    if (ids.has(id)) return id;
    throw notFound(`No camera is called ${id}`, 'GET /api/v1/status lists the cameras');
  };
}

function addCameras(api: FastifyInstance, { source }: ApiOptions): void {
  const known = knownCameras(source);
  const params = { schema: { params: schema.cameraParams } };
  api.get<{ Params: { id: string } }>('/api/v1/cameras/:id/log', params, async (request) => {
    const camera = known(request.params.id);
    const answer = await source.cameraLog?.(camera, AbortSignal.timeout(CAMERA_ANSWER_MS));
    return answer ?? { camera, lines: [] };
  });
  const accepting = { schema: { params: schema.cameraParams, body: schema.acceptBody } };
  api.post<{ Params: { id: string }; Body: schema.AcceptBody }>(
    '/api/v1/cameras/:id/accept',
    accepting,
    async ({ params: { id }, body: { by } }) => {
      const signal = AbortSignal.timeout(CAMERA_ANSWER_MS);
      const accepted = source.acceptCamera?.(known(id), by, signal);
      return (
        (await accepted) ?? Promise.reject(notFound('This service accepts no cameras', 'Ask the service of the line'))
      );
    },
  );
}

/** Zones, masks and lines, drawn on the page and saved through the checked configuration. */
function addShapes(api: FastifyInstance, { source }: ApiOptions): void {
  const known = knownCameras(source);
  const missing = () => notFound('This service changes no configuration', 'Ask the service of the line');
  const whoOf = (request: FastifyRequest): string => request.person?.who ?? 'page of the device';
  type Camera = { Params: { id: string } };
  const params = { params: schema.cameraParams };
  api.get<Camera>(
    '/api/v1/cameras/:id/shapes',
    { schema: params },
    ({ params: { id } }) => source.shapes?.(known(id)) ?? Promise.reject(missing()),
  );
  api.post<Camera & { Body: ShapesChange }>(
    '/api/v1/cameras/:id/shapes',
    { schema: { ...params, body: schema.shapesBody } },
    (request) =>
      source.saveShapes?.(known(request.params.id), request.body, whoOf(request)) ?? Promise.reject(missing()),
  );
  api.post<Camera>(
    '/api/v1/cameras/:id/shapes/undo',
    { schema: params },
    (request) => source.undoShapes?.(known(request.params.id), whoOf(request)) ?? Promise.reject(missing()),
  );
  api.post<Camera & { Body: ShapesChange }>(
    '/api/v1/cameras/:id/preview',
    { schema: { ...params, body: schema.shapesBody } },
    (request) => source.previewShapes?.(known(request.params.id), request.body) ?? Promise.reject(missing()),
  );
  api.get<Camera>('/api/v1/cameras/:id/reference.jpg', { schema: params }, ({ params: { id } }, reply) => {
    const path = source.referencePicture?.(known(id));
    if (path === undefined) throw notFound(`${id} was not accepted yet`, `lineside camera accept ${id}`);
    return reply.type('image/jpeg').sendFile(basename(path), dirname(path), { cacheControl: false });
  });
}

function addConfirmations(api: FastifyInstance, { source }: ApiOptions): void {
  api.post<{ Body: schema.CleaningBody }>(
    '/api/v1/cleaning',
    { schema: { body: schema.cleaningBody } },
    async ({ body }) => ({ confirmed: await source.confirmCleaning(body) }),
  );
  api.post<{ Body: schema.ServiceBody }>(
    '/api/v1/maintenance',
    { schema: { body: schema.serviceBody } },
    async ({ body }) => ({ confirmed: await source.confirmService(body) }),
  );
}

function addOutputs(api: FastifyInstance, { source }: ApiOptions): void {
  const missing = () => Promise.reject(notFound('This service has no outputs', 'Ask the service of the line'));
  api.get('/api/v1/outputs', () => ({ outputs: source.outputs?.() ?? [] }));
  api.post<{ Body: schema.OutputsBody }>(
    '/api/v1/outputs',
    { schema: { body: schema.outputsBody } },
    async (request) => {
      const { output, armed, by } = request.body;
      return { outputs: await (source.armOutput?.(output, armed, by) ?? missing()) };
    },
  );
  api.post<{ Body: PlantWrite }>(
    '/api/v1/plant-writes',
    { schema: { body: schema.plantWriteBody } },
    async ({ body }) => {
      if (source.recordPlantWrite === undefined) return missing();
      source.recordPlantWrite(body);
      return { recorded: true };
    },
  );
}

function addProduction(api: FastifyInstance, { source }: ApiOptions): void {
  const missing = () => notFound('This service does not count production', 'Ask the service of the line');
  api.get<{ Querystring: { readonly shift: string } }>(
    '/api/v1/production',
    { schema: { querystring: schema.productionQuery } },
    (request) => source.production?.(request.query.shift) ?? Promise.reject(missing()),
  );
  api.get('/api/v1/recipe', () => source.recipes?.() ?? Promise.reject(missing()));
  api.post<{ Body: { readonly recipe: string } }>(
    '/api/v1/recipe',
    { schema: { body: schema.recipeBody } },
    (request) => source.setRecipe?.(request.body.recipe) ?? Promise.reject(missing()),
  );
}

function addModels(api: FastifyInstance, { source }: ApiOptions): void {
  api.post<{ Body: schema.LimitBody }>(
    '/api/v1/models/limit',
    { schema: { body: schema.limitBody } },
    ({ body: { model, mads, by } }) =>
      source.setModelLimit?.(model, mads, by) ??
      Promise.reject(notFound('This service has no taught models', 'Ask the service of the line')),
  );
}

function addUpdates(api: FastifyInstance, { source }: ApiOptions): void {
  const missing = () => notFound('This service has no updates', 'Ask the service of the line');
  api.get('/api/v1/updates', () => source.updates?.() ?? Promise.reject(missing()));
  api.post<{ Body: UpdatesChange }>(
    '/api/v1/updates',
    { schema: { body: schema.updatesBody } },
    (request) => source.changeUpdates?.(request.body) ?? Promise.reject(missing()),
  );
}

function addSignals(api: FastifyInstance, { source }: ApiOptions): void {
  api.get('/api/v1/signals', () => ({ signals: source.signals() }));
  api.post<{ Body: schema.SignalsBody }>('/api/v1/signals', { schema: { body: schema.signalsBody } }, (request) => ({
    signals: source.pushSignals(request.body.signals),
  }));
}

function tooMany(): StatusError {
  return new StatusError({
    code: 'too_many_watchers',
    message: 'Too many pages are watching at once',
    advice: 'Close some of them',
    retry: 'later',
  });
}

/** Takes the connection from fastify for an answer without end, with the headers that every answer has. */
function takeOver(reply: FastifyReply, contentType: string): FastifyReply['raw'] {
  reply.hijack();
  const headers = Object.fromEntries(
    Object.entries(reply.getHeaders()).filter((entry): entry is [string, string] => typeof entry[1] === 'string'),
  );
  reply.raw.writeHead(200, { ...headers, 'content-type': contentType });
  reply.raw.flushHeaders();
  return reply.raw;
}
