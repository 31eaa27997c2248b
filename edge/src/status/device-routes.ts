import type { FastifyInstance } from 'fastify';
import { StatusError } from './client/index.ts';
import type { LogLine } from './device-answers.ts';
import * as schema from './schema.ts';
import type { StatusSource } from './source.ts';

const MAX_LINES = 200;

/** What the device keeps of itself: the last day, and its log. */
export function addDevice(api: FastifyInstance, source: StatusSource): void {
  const missing = () => notKept();
  api.get('/api/v1/history', () => source.history?.() ?? Promise.reject(missing()));
  api.get<{ Querystring: { readonly level: LogLine['level'] } }>(
    '/api/v1/log',
    { schema: { querystring: schema.logQuery } },
    ({ query: { level } }) => ({ lines: source.log?.(level, MAX_LINES) ?? [] }),
  );
}

/** That a person has seen an event; who it was is a record of the audit. */
export function addAcknowledgement(api: FastifyInstance, source: StatusSource): void {
  api.post<{ Params: { id: string }; Body: schema.AcknowledgeBody }>(
    '/api/v1/events/:id/acknowledge',
    { schema: { params: schema.eventParams, body: schema.acknowledgeBody } },
    async ({ params: { id }, body: { by, note } }) => {
      const done = source.acknowledge?.(id, by, note);
      if (done !== undefined) return done;
      const advice = 'It may have been delivered and removed';
      throw new StatusError({ code: 'not_found', message: 'No such event is held', advice });
    },
  );
}

function notKept(): StatusError {
  const message = 'This service keeps no history';
  return new StatusError({ code: 'not_found', message, advice: 'Ask the service of the line' });
}
