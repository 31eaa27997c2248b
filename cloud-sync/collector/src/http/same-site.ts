import type { FastifyRequest } from 'fastify';
import { ProblemError } from './problem.ts';

/** A page of another site must not act with the session, or on the loopback, of who looks at it (Fetch Metadata). */
export function assertSameSite({ headers }: FastifyRequest): void {
  const site = headers['sec-fetch-site'];
  if (site === undefined || site === 'same-origin' || site === 'none') return;
  throw new ProblemError({ status: 403, code: 'other_site', title: 'This was asked by a page of another site.' });
}
