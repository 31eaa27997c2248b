import { z } from 'zod';
import { referenceProblem, SecretText, type SecretKind } from './secret.ts';
import {
  DAY_PART_PATTERN,
  DURATION_PATTERN,
  parseDayPart,
  parseDuration,
  parseRate,
  parseSize,
  RATE_PATTERN,
  SIZE_PATTERN,
} from './units.ts';

/** Milliseconds, written `5s`. */
export function duration() {
  return z
    .string()
    .regex(DURATION_PATTERN, 'is not a duration')
    .transform((text) => parseDuration(text) ?? 0);
}

/** Bytes, written `1GB`. */
export function size() {
  return z
    .string()
    .regex(SIZE_PATTERN, 'is not a size')
    .transform((text) => parseSize(text) ?? 0);
}

/** Bytes per second, written in bits: `256kbit`. */
export function rate() {
  return z
    .string()
    .regex(RATE_PATTERN, 'is not a rate')
    .transform((text) => parseRate(text) ?? 0);
}

/** A part of the day, written `always`, `night` or `22:00-06:00`; undefined for all of it. */
export function dayPart() {
  return z.string().regex(DAY_PART_PATTERN, 'is not a part of the day').transform(parseDayPart);
}

/** Text that may hold secrets; `problem` checks its form and is given it without its references. */
export function secret(kind: SecretKind, problem: (text: string) => string | undefined = () => undefined) {
  return z
    .string()
    .min(1)
    .superRefine(fromProblem((text) => referenceProblem(text) ?? problem(text)))
    .transform((text) => new SecretText(text, kind));
}

/** A refinement out of a function that says what is wrong with a text, or undefined. */
export function fromProblem(problem: (text: string) => string | undefined) {
  return (text: string, context: z.RefinementCtx): void => {
    const message = problem(text);
    if (message !== undefined) context.addIssue({ code: 'custom', message, input: text });
  };
}
