import { referenceProblem, type SecretKind, SecretText } from '@lineside/kit';
import { z } from 'zod';

/**
 * Text that may hold secrets. `problem` checks its form. What it writes back is what people may see: references as they
 * are, a password in plain text as `***`.
 */
export function secret(kind: SecretKind, problem: (text: string) => string | undefined = () => undefined) {
  return z.codec(z.string().min(1), z.custom<SecretText>(), {
    // Not a check of the text itself, which would also be made of what is written back: `***` is no address.
    decode: (text, { issues }) => {
      const message = referenceProblem(text) ?? problem(text);
      if (message === undefined) return new SecretText(text, kind);
      issues.push({ code: 'custom', message, input: text });
      return z.NEVER;
    },
    encode: (text) => text.shown,
  });
}
