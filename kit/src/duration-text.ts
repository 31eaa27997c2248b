import { formatQuantity, parseQuantity } from './unit-table.ts';

/** Milliseconds of each unit of a duration. */
export const DURATION_UNITS = { ms: 1, s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 } as const;
const PREFERRED = ['d', 'h', 'm', 's', 'ms'] as const;

/** Milliseconds of a duration such as `500ms`, `5s`, `1.5h` or `30d`, or undefined where `text` is none. */
export function parseDuration(text: string): number | undefined {
  const ms = parseQuantity(text, DURATION_UNITS);
  return ms === undefined ? undefined : Math.round(ms);
}

/** `ms` in the largest unit that divides it: 5000 is `5s`, 1500 is `1500ms`. */
export function formatDuration(ms: number): string {
  return ms === 0 ? '0s' : formatQuantity(ms, DURATION_UNITS, PREFERRED);
}
