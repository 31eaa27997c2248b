import { dayAfter, instantOf, localTimeOf, WEEKDAYS, weekdayOf } from '@lineside/protocol/coverage';
import type { CleaningOptions, DueTime } from './options.ts';

const DAY_MS = 86_400_000;

/** Why a cleaning is overdue; `limitMs` where it is by an interval. */
export type Overdue =
  | { readonly reason: 'interval'; readonly limitMs: number }
  | { readonly reason: 'time_of_day' }
  | undefined;

/** The options on which it depends. */
export type CleaningLimits = Pick<CleaningOptions, 'interval' | 'early' | 'grace'> & {
  readonly dueAt?: readonly DueTime[] | undefined;
};

/** Longest time between two cleanings; undefined where times of the day alone decide. */
export function intervalMsOf({ interval, dueAt }: Pick<CleaningLimits, 'interval' | 'dueAt'>): number | undefined {
  return interval?.ms ?? (dueAt === undefined ? DAY_MS : undefined);
}

/** Whether a cleaning is overdue. Times of the day are not judged while the wall clock is not trusted. */
export function overdueOf(
  options: CleaningLimits,
  elapsedMs: number,
  wallMs: number | undefined,
  timeZone: string,
): Overdue {
  const { dueAt, early, grace } = options;
  const limitMs = intervalMsOf(options);
  if (limitMs !== undefined && elapsedMs >= limitMs) return { reason: 'interval', limitMs };
  if (dueAt === undefined || wallMs === undefined) return undefined;
  const today = localTimeOf(wallMs, timeZone);
  // The latest due time of a plan with one day a week can be a week ago.
  const instants = Array.from({ length: 8 }, (_, daysAgo) => dayAfter(today, -daysAgo)).flatMap((day) =>
    dueAt.filter((time) => isDueOn(time, weekdayOf(day))).map((time) => instantOf(day, minuteOf(time), timeZone)),
  );
  const latest = Math.max(...instants.filter((atMs) => atMs <= wallMs - grace.ms));
  return wallMs - elapsedMs < latest - early.ms ? { reason: 'time_of_day' } : undefined;
}

function minuteOf(time: DueTime): number {
  return typeof time === 'number' ? time : time.at;
}

/** `weekday`: 0 for Monday. */
function isDueOn(time: DueTime, weekday: number): boolean {
  return typeof time === 'number' || time.days.some((day) => WEEKDAYS.indexOf(day) === weekday);
}
