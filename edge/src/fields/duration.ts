import { DURATION_UNITS, formatDuration, parseDuration, quantityPattern } from '@lineside/kit';
import { z } from 'zod';

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
