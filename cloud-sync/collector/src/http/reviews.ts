import type { FastifyInstance } from 'fastify';
import type { Clock } from '@lineside/kit';
import { z } from 'zod';
import { UsageError } from '../errors/index.ts';
import { markEvent, ReviewDetails, type ReviewStore, VERDICTS } from '../reviews/index.ts';
import type { Access } from './access.ts';
import { parseQuery } from './parse-query.ts';
import { ProblemError } from './problem.ts';
import { assertSameSite } from './same-site.ts';

const Body = z.strictObject({
  verdict: z.enum(VERDICTS),
  by: z.string().trim().min(1).max(64).optional(),
  ...ReviewDetails.shape,
});

/** Routes of reviews. `by` is the name that a person gives where there are no accounts that would prove it. */
export function reviewRoutes(
  app: FastifyInstance,
  parts: { readonly reviews: ReviewStore; readonly clock: Clock; readonly access: Pick<Access, 'actor'> },
): void {
  const { reviews, clock, access } = parts;
  app.get('/api/v1/reviews', async () => ({
    items: (await reviews.reviewed()).flatMap((event) => event.reviews),
  }));
  app.get<{ Params: { device: string; event: string } }>(
    '/api/v1/events/:device/:event/review',
    async ({ params }) => ({
      items: await reviews.said(params.device, params.event),
    }),
  );
  app.post<{ Params: { device: string; event: string } }>(
    '/api/v1/events/:device/:event/review',
    async (request, reply) => {
      assertSameSite(request);
      const { verdict, by, ...details } = parseQuery(Body, request.body);
      const who = access.actor(request, by).name;
      const { device, event } = request.params;
      try {
        const review = await markEvent(reviews, { device, event, verdict, who, details }, clock.wallMs());
        return await reply.code(201).send(review);
      } catch (error) {
        if (!(error instanceof UsageError)) throw error;
        const { code, message, advice } = error;
        throw new ProblemError({ status: code === 'event_unknown' ? 404 : 400, code, title: message, advice });
      }
    },
  );
}
