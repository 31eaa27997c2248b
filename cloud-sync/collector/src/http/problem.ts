import type { FastifyReply } from 'fastify';

/** What an HTTP error says (RFC 9457); `code` is stable, `advice` tells people what to do. */
export interface Problem {
  readonly status: number;
  readonly code: string;
  readonly title: string;
  readonly advice?: string;
}

/** An error that a route answers with. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.title);
    this.problem = problem;
  }
}

export function sendProblem(reply: FastifyReply, problem: Problem): FastifyReply {
  return reply
    .code(problem.status)
    .type('application/problem+json')
    .send({ type: 'about:blank', ...problem });
}

/** Refuses a sender that has sent too many wrong passwords or tokens. */
export function tooManyAttempts(waitS: number): ProblemError {
  return new ProblemError({
    status: 429,
    code: 'too_many_attempts',
    title: 'Too many wrong attempts.',
    advice: `try again in ${waitS} seconds`,
  });
}
