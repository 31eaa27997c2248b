import type { FastifyInstance } from 'fastify';
import type { Clock } from '@lineside/kit';
import { Code } from '@lineside/protocol';
import { z } from 'zod';
import { UsageError } from '../errors/index.ts';
import type { GapStore } from '../gaps/index.ts';
import type { MediaCatalogue, MediaStore } from '../media/index.ts';
import { eventJson, type RecordQueries } from '../records/index.ts';
import { coverageRoute } from './coverage.ts';
import type { DeviceLinks } from './device-links.ts';
import { deviceList } from './device-list.ts';
import { sendMedia } from './media.ts';
import { parseQuery } from './parse-query.ts';
import { ProblemError } from './problem.ts';
import { thumbnailOf } from './thumbnail.ts';

export interface ApiOptions {
  readonly records: RecordQueries;
  readonly gaps: Pick<GapStore, 'list'>;
  readonly catalogue: Pick<MediaCatalogue, 'get'>;
  readonly media: MediaStore;
  readonly links: DeviceLinks;
  readonly clock: Clock;
  /** What is exchanged with the plant's database; null for a part that is not configured. */
  readonly mes: () => object;
  /** Counters of this process since its start. */
  readonly processCounters: () => Promise<object>;
}

const EventsQuery = z.strictObject({
  device: z.string().max(64).optional(),
  kind: Code.optional(),
  severity: Code.optional(),
  state: z.literal('open').optional(),
  /** Changed at this wall time or later. */
  sinceMs: z.coerce.number().int().min(0).optional(),
  /** Opened at this wall time or earlier. */
  untilMs: z.coerce.number().int().min(0).optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(64).optional(),
});

const GapsQuery = z.strictObject({
  state: z.enum(['open', 'closed', 'declared']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

const MediaQuery = z.strictObject({ thumbnail: z.literal('1').optional() });

/** Routes under /api/v1 that read. Times are milliseconds since 1970 (`...AtMs`). */
export function apiRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { records } = options;
  app.get('/api/v1/devices', async () => ({ nowMs: options.clock.wallMs(), items: await deviceList(options) }));
  app.get('/api/v1/events', async (request) => {
    const query = parseQuery(EventsQuery, request.query);
    try {
      const page = await records.events(query);
      return { items: page.items.map(eventJson), next: page.next ?? null };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new ProblemError({ status: 400, code: error.code, title: error.message, advice: error.advice });
    }
  });
  app.get('/api/v1/gaps', async (request) => {
    const { state, limit } = parseQuery(GapsQuery, request.query);
    return {
      items: await options.gaps.list(state, limit),
      chainBreaks: await records.chainBreaks(limit),
      signatures: await records.signatureProblems(limit),
      losses: await records.losses(limit),
      conflicts: await records.conflicts(limit),
    };
  });
  app.get('/api/v1/stats', async () => ({ store: await records.totals(), process: await options.processCounters() }));
  app.get('/api/v1/mes', async () => options.mes());
  coverageRoute(app, options);
  snapshotRoute(app, options);
}

function snapshotRoute(app: FastifyInstance, options: ApiOptions): void {
  app.get<{ Params: { sha256: string } }>('/api/v1/media/:sha256', async (request, reply) => {
    const { sha256 } = request.params;
    const { thumbnail } = parseQuery(MediaQuery, request.query);
    const tag = `"${sha256}${thumbnail === undefined ? '' : '-small'}"`;
    // The name is the hash, so the content can never change.
    reply.headers({
      etag: tag,
      'cache-control': 'private, max-age=31536000, immutable',
      'content-security-policy': `default-src 'none'; sandbox`,
    });
    if (request.headers['if-none-match'] === tag) return reply.code(304).send();
    const small = thumbnail === undefined ? undefined : await thumbnailOf(options, sha256);
    if (small !== undefined) return reply.type('image/jpeg').send(small);
    // One without a small picture in it is shown as it is.
    if (await sendMedia(options, sha256, reply, request.headers.range)) return reply;
    reply.removeHeader('etag').header('cache-control', 'no-store');
    throw new ProblemError({ status: 404, code: 'media_unknown', title: 'There is no such picture here.' });
  });
}
