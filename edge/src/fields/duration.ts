import { z } from 'zod';
import { DURATION_UNITS, formatDuration, parseDuration } from './duration-text.ts';
import { quantityPattern } from './unit-table.ts';

export { formatDuration, parseDuration };

export interface Duration {
  /** Milliseconds, an integer. */
  readonly ms: number;
}

/** A duration, written `5s`. */
export function duration() {
  return z.codec(z.string().regex(quantityPattern(DURATION_UNITS), 'is not a duration'), z.custom<Duration>(), {
    decode: (text) => ({ ms: parseDuration(text) ?? 0 }),
    encode: ({ ms }) => formatDuration(ms),
  });
}
