import type { FastifyInstance } from 'fastify';
import { Code } from '@lineside/protocol';
import { z } from 'zod';
import type { Clock } from '@lineside/kit';
import { UsageError } from '../errors.ts';
import type { Presence } from '../devices/index.ts';
import type { GapWatch } from '../gaps/index.ts';
import { eventJson, iso } from '../records/event-json.ts';
import type { CollectorStore, GapRow } from '../store/index.ts';
import type { MediaStore } from '../media/index.ts';
import { sendMedia } from './media.ts';
import { ProblemError } from './problem.ts';

export interface ApiOptions {
  readonly store: CollectorStore;
  readonly presence: Presence;
  readonly gaps: GapWatch;
  readonly clock: Clock;
  readonly media: MediaStore;
  /** What this process counted since its start. */
  readonly counted: () => Promise<object>;
}

const EventsQuery = z.strictObject({
  device: z.string().max(64).optional(),
  kind: Code.optional(),
  limit: z.coerce.number().int().min(1).max(500).default(50),
  cursor: z.string().max(64).optional(),
});

const GapsQuery = z.strictObject({
  state: z.enum(['open', 'closed', 'declared']).optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(200),
});

/** Routes under /api/v1 that read. */
export function apiRoutes(app: FastifyInstance, options: ApiOptions): void {
  const { store } = options;
  app.get('/api/v1/devices', async () => ({
    now: iso(options.clock.wallMs()),
    items: await devices(options),
  }));
  app.get('/api/v1/events', async (request) => {
    const query = parseQuery(EventsQuery, request.query);
    try {
      const page = await store.events(query);
      return { items: page.items.map(eventJson), next: page.next ?? null };
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      throw new ProblemError({ status: 400, code: error.code, title: error.message, advice: error.advice });
    }
  });
  app.get('/api/v1/gaps', async (request) => {
    const { state, limit } = parseQuery(GapsQuery, request.query);
    const [gaps, breaks, conflicts] = [
      await store.gaps(state, limit),
      await store.chainBreaks(limit),
      await store.conflicts(limit),
    ];
    const [signatures, losses] = [await store.signatureProblems(limit), await store.losses(limit)];
    return {
      items: gaps.map(gapJson),
      chainBreaks: breaks.map(({ atMs, ...row }) => ({ ...row, at: iso(atMs) })),
      signatures: signatures.map(({ atMs, ...row }) => ({ ...row, at: iso(atMs) })),
      losses: losses.map(({ lastMs, ...row }) => ({ ...row, last: iso(lastMs) })),
      conflicts: conflicts.map(({ atMs, ...row }) => ({ ...row, at: iso(atMs) })),
    };
  });
  app.get('/api/v1/stats', async () => ({ store: await store.totals(), process: await options.counted() }));
  app.get<{ Params: { sha256: string } }>('/api/v1/media/:sha256', async (request, reply) => {
    const { sha256 } = request.params;
    // Named by its hash, it can never change.
    reply.headers({
      etag: `"${sha256}"`,
      'cache-control': 'private, max-age=31536000, immutable',
      'content-security-policy': `default-src 'none'; sandbox`,
    });
    if (request.headers['if-none-match'] === `"${sha256}"`) return reply.code(304).send();
    if (await sendMedia(options, sha256, reply)) return reply;
    reply.removeHeader('etag').header('cache-control', 'no-store');
    throw new ProblemError({ status: 404, code: 'media_unknown', title: 'No such picture here.' });
  });
}

async function devices({ store, presence, clock }: ApiOptions): Promise<object[]> {
  const [rows, streams, telemetry] = [await store.devices(), await store.streams(), await store.telemetry()];
  const now = clock.monoMs();
  return rows.map((row) => {
    const link = presence.of(row.device, now);
    return {
      device: row.device,
      line: row.birth?.line ?? null,
      version: row.birth?.version ?? null,
      link: link.link,
      linkForMs: link.sinceMs === 0 ? null : Math.round(now - link.sinceMs),
      identityConflict: link.identityConflict,
      hasCredential: row.hasCredential,
      firstSeen: iso(row.firstSeenMs),
      lastSeen: iso(row.lastSeenMs),
      epoch: row.birth?.epoch ?? null,
      streams: streams
        .filter(({ device }) => device === row.device)
        .map(({ epoch, stream, stored, retired, declaredLost, missing, upto, signedUpto, highest, head }) => ({
          ...{ epoch, stream, stored, retired, declaredLost, missing, upto, signedUpto, highest, head },
          current: epoch === row.birth?.epoch,
        })),
      inspection: telemetry
        .filter(({ device }) => device === row.device)
        .map(({ camera, model, body, wallMs, receivedMs }) => ({
          ...{ camera, model, state: body.state, ...body.counters, latencyMs: body.latencyMs ?? null },
          ...{ at: iso(wallMs), received: iso(receivedMs) },
        })),
      reported: row.reported,
    };
  });
}

function gapJson({ openedMs, closedMs, requestedMs, ...gap }: GapRow): object {
  return {
    ...gap,
    opened: iso(openedMs),
    closed: closedMs === null ? null : iso(closedMs),
    requested: requestedMs === null ? null : iso(requestedMs),
  };
}

function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'query'}: ${issue.message}`);
  throw new ProblemError({ status: 400, code: 'query_invalid', title: mistakes.join('; ') });
}
