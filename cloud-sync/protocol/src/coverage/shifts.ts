import { dayAfter, type Day, instantOf, isTimeZone, localTimeOf, weekdayOf } from './local-time.ts';

export const WEEKDAYS = ['mon', 'tue', 'wed', 'thu', 'fri', 'sat', 'sun'] as const;
export type Weekday = (typeof WEEKDAYS)[number];

/** One shift of a day. Times are minutes since midnight by the clock on the wall. */
export interface Shift {
  readonly name: string;
  readonly startMinute: number;
  /** At or before the start: on the next day. */
  readonly endMinute: number;
  /** Days on which it starts; all where absent. */
  readonly days?: readonly Weekday[] | undefined;
}

export interface ShiftPlan {
  /** IANA name, such as `Europe/Berlin`. */
  readonly timeZone: string;
  readonly shifts: readonly Shift[];
}

/** Where nothing is configured: three shifts of eight hours, every day. */
export const DEFAULT_SHIFTS: readonly Shift[] = [
  { name: 'Early', startMinute: 6 * 60, endMinute: 14 * 60 },
  { name: 'Late', startMinute: 14 * 60, endMinute: 22 * 60 },
  { name: 'Night', startMinute: 22 * 60, endMinute: 6 * 60 },
];

/** The plan that a device reports, or the default in UTC where there is none or its time zone is not known here. */
export function planOrDefault(plan: ShiftPlan | undefined): ShiftPlan {
  return plan !== undefined && isTimeZone(plan.timeZone) ? plan : { timeZone: 'UTC', shifts: DEFAULT_SHIFTS };
}

/** Time zone of this machine. */
export function machineZone(): string {
  return new Intl.DateTimeFormat().resolvedOptions().timeZone;
}

export interface Interval {
  /** Wall times, milliseconds since 1970; `toMs` is not included. */
  readonly fromMs: number;
  readonly toMs: number;
}

export interface NamedInterval extends Interval {
  /** Name of the shift. */
  readonly name?: string | undefined;
}

/** Every shift that has time in common with an interval, complete, in order. One over a change of the clock is longer or shorter. */
export function shiftsWithin({ fromMs, toMs }: Interval, { timeZone, shifts }: ShiftPlan): readonly NamedInterval[] {
  const found: NamedInterval[] = [];
  const last = localTimeOf(toMs, timeZone);
  let day: Day = dayAfter(localTimeOf(fromMs, timeZone), -1);
  for (; !isAfter(day, last); day = dayAfter(day, 1)) {
    for (const { name, startMinute, endMinute, days } of shifts) {
      const weekday = WEEKDAYS[weekdayOf(day)];
      if (days !== undefined && weekday !== undefined && !days.includes(weekday)) continue;
      const endDay = endMinute <= startMinute ? dayAfter(day, 1) : day;
      const shift = {
        name,
        fromMs: instantOf(day, startMinute, timeZone),
        toMs: instantOf(endDay, endMinute, timeZone),
      };
      if (shift.toMs > fromMs && shift.fromMs < toMs) found.push(shift);
    }
  }
  return found.toSorted((a, b) => a.fromMs - b.fromMs);
}

/** The time of an interval that lies in a shift, as intervals that do not touch. */
export function scheduled(interval: Interval, plan: ShiftPlan): readonly Interval[] {
  const joined: Interval[] = [];
  for (const { fromMs, toMs } of shiftsWithin(interval, plan)) {
    const last = joined.at(-1);
    if (last !== undefined && fromMs <= last.toMs) {
      joined[joined.length - 1] = { fromMs: last.fromMs, toMs: Math.max(last.toMs, toMs) };
    } else joined.push({ fromMs, toMs });
  }
  return joined;
}

function isAfter(a: Day, b: Day): boolean {
  return Date.UTC(a.year, a.month - 1, a.day) > Date.UTC(b.year, b.month - 1, b.day);
}
