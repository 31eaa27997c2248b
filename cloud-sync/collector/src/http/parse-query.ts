import type { z } from 'zod';
import { ProblemError } from './problem.ts';

/** `query` as `schema` describes it; throws a 400 problem that names every mistake. */
export function parseQuery<T>(schema: z.ZodType<T>, query: unknown): T {
  const parsed = schema.safeParse(query);
  if (parsed.success) return parsed.data;
  const mistakes = parsed.error.issues.map((issue) => `${issue.path.join('.') || 'query'}: ${issue.message}`);
  throw new ProblemError({ status: 400, code: 'query_invalid', title: mistakes.join('; ') });
}
