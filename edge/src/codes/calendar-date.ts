/** A day of the Gregorian calendar, without time and zone. */
export interface CalendarDate {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  /** 1 to 31. */
  readonly day: number;
}

const DAY_MS = 86_400_000;

/** The date, or undefined where the calendar has no such day. */
export function calendarDate(year: number, month: number, day: number): CalendarDate | undefined {
  const real = Number.isInteger(day) && month >= 1 && month <= 12 && day >= 1 && day <= daysInMonth(year, month);
  return real ? { year, month, day } : undefined;
}

/** Days of the month, 28 to 31. */
export function daysInMonth(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The same day moved by `days`, which may be negative. */
export function addDays({ year, month, day }: CalendarDate, days: number): CalendarDate {
  return fromEpochMs(Date.UTC(year, month - 1, day) + days * DAY_MS);
}

/** The same day of another month; the last day of that month where it has no such day. */
export function addMonths({ year, month, day }: CalendarDate, months: number): CalendarDate {
  const index = year * 12 + (month - 1) + months;
  const [toYear, toMonth] = [Math.floor(index / 12), (((index % 12) + 12) % 12) + 1];
  return { year: toYear, month: toMonth, day: Math.min(day, daysInMonth(toYear, toMonth)) };
}

/** The last day of the date's month. */
export function endOfMonth({ year, month }: CalendarDate): CalendarDate {
  return { year, month, day: daysInMonth(year, month) };
}

/** The day with this number in its year, 1 to 366; undefined where the year has fewer. */
export function dayOfYear(year: number, number: number): CalendarDate | undefined {
  if (number < 1) return undefined;
  const date = addDays({ year, month: 1, day: 1 }, number - 1);
  return date.year === year ? date : undefined;
}

/** Less than 0 where `a` is before `b`, 0 where they are the same day. */
export function compareDates(a: CalendarDate, b: CalendarDate): number {
  return a.year - b.year || a.month - b.month || a.day - b.day;
}

/** As `2026-11-28` (ISO 8601). */
export function formatDate({ year, month, day }: CalendarDate): string {
  const pad = (value: number, length: number): string => String(value).padStart(length, '0');
  return `${pad(year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
}

/** Reads `2026-11-28`; undefined where it is no day. */
export function parseDate(text: string): CalendarDate | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  return match === null ? undefined : calendarDate(Number(match[1]), Number(match[2]), Number(match[3]));
}

/**
 * The year that two digits stand for: of the hundred years from 49 before to 50 after `currentYear` (GS1 General
 * Specifications, 7.12).
 */
export function fullYear(twoDigits: number, currentYear: number): number {
  const difference = twoDigits - (currentYear % 100);
  const century = Math.floor(currentYear / 100) * 100;
  if (difference >= 51) return century - 100 + twoDigits;
  if (difference <= -50) return century + 100 + twoDigits;
  return century + twoDigits;
}

function fromEpochMs(ms: number): CalendarDate {
  const date = new Date(ms);
  return { year: date.getUTCFullYear(), month: date.getUTCMonth() + 1, day: date.getUTCDate() };
}
