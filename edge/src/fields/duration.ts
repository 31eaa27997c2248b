import { z } from 'zod';
import { formatQuantity, parseQuantity, quantityPattern } from './unit-table.ts';

const MS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const PREFERRED = ['d', 'h', 'm', 's', 'ms'] as const;

export interface Duration {
  /** Milliseconds, an integer. */
  readonly ms: number;
}

/** Milliseconds of a duration such as `500ms`, `5s`, `1.5h` or `30d`, or undefined where `text` is none. */
export function parseDuration(text: string): number | undefined {
  const ms = parseQuantity(text, MS);
  return ms === undefined ? undefined : Math.round(ms);
}

/** `ms` in the largest unit that divides it: 5000 is `5s`, 1500 is `1500ms`. */
export function formatDuration(ms: number): string {
  return ms === 0 ? '0s' : formatQuantity(ms, MS, PREFERRED);
}

/** A duration, written `5s`. */
export function duration() {
  return z.codec(z.string().regex(quantityPattern(MS), 'is not a duration'), z.custom<Duration>(), {
    decode: (text) => ({ ms: parseDuration(text) ?? 0 }),
    encode: ({ ms }) => formatDuration(ms),
  });
}
