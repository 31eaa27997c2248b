import { type CalendarDate, calendarDate, endOfMonth, fullYear } from '../calendar-date.ts';

/**
 * The date that YYMMDD stands for. Day 00 is the last day of the month; the century follows from the current year (GS1
 * General Specifications, 3.4 and 7.12). Undefined where it is no date.
 */
export function readGs1Date(digits: string, currentYear: number): CalendarDate | undefined {
  const match = /^(\d\d)(\d\d)(\d\d)$/.exec(digits);
  if (match === null) return undefined;
  const [year, month, day] = [fullYear(Number(match[1]), currentYear), Number(match[2]), Number(match[3])];
  if (day > 0) return calendarDate(year, month, day);
  const first = calendarDate(year, month, 1);
  return first === undefined ? undefined : endOfMonth(first);
}
