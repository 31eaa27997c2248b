import { referenceProblem, type SecretKind, SecretText } from '@lineside/kit';
import { z } from 'zod';
import { fromProblem } from './problem.ts';

/**
 * Text that may hold secrets. `problem` checks its form. What it writes back is what people may see: references as they
 * are, a password in plain text as `***`.
 */
export function secret(kind: SecretKind, problem: (text: string) => string | undefined = () => undefined) {
  const written = z
    .string()
    .min(1)
    .superRefine(fromProblem((text) => referenceProblem(text) ?? problem(text)));
  return z.codec(written, z.custom<SecretText>(), {
    decode: (text) => new SecretText(text, kind),
    encode: (text) => text.shown,
  });
}
