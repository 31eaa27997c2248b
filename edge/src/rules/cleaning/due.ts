import { dayAfter, instantOf, localTimeOf } from '@lineside/protocol/coverage';
import type { CleaningOptions } from './options.ts';

const DAY_MS = 86_400_000;

/** Why a cleaning is overdue; `limitMs` where it is by an interval. */
export type Overdue =
  | { readonly reason: 'interval'; readonly limitMs: number }
  | { readonly reason: 'time_of_day' }
  | undefined;

/** Whether a cleaning is overdue. Times of the day are not judged while the wall clock is not trusted. */
export function overdueOf(
  options: Pick<CleaningOptions, 'interval' | 'dueAt' | 'early' | 'grace'>,
  elapsedMs: number,
  wallMs: number | undefined,
  timeZone: string,
): Overdue {
  const { dueAt, early, grace } = options;
  const limitMs = options.interval?.ms ?? (dueAt === undefined ? DAY_MS : undefined);
  if (limitMs !== undefined && elapsedMs >= limitMs) return { reason: 'interval', limitMs };
  if (dueAt === undefined || wallMs === undefined) return undefined;
  const today = localTimeOf(wallMs, timeZone);
  const instants = [dayAfter(today, -1), today].flatMap((day) =>
    dueAt.map((minute) => instantOf(day, minute, timeZone)),
  );
  const latest = Math.max(...instants.filter((atMs) => atMs <= wallMs - grace.ms));
  return wallMs - elapsedMs < latest - early.ms ? { reason: 'time_of_day' } : undefined;
}
