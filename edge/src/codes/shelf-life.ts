import { addDays, addMonths, type CalendarDate, endOfMonth } from './calendar-date.ts';

/** How long a product keeps. */
export interface ShelfLife {
  readonly amount: number;
  readonly unit: 'day' | 'week' | 'month' | 'year';
}

const UNITS: Readonly<Record<string, ShelfLife['unit']>> = {
  d: 'day',
  day: 'day',
  days: 'day',
  w: 'week',
  week: 'week',
  weeks: 'week',
  mo: 'month',
  month: 'month',
  months: 'month',
  y: 'year',
  year: 'year',
  years: 'year',
};

/** Reads `180d`, `26 weeks`, `12 months`, `2y`; undefined where it is none. */
export function parseShelfLife(text: string): ShelfLife | undefined {
  const match = /^(\d{1,4})\s*([a-z]+)$/.exec(text.trim().toLowerCase());
  const unit = UNITS[match?.[2] ?? ''];
  const amount = Number(match?.[1]);
  return unit === undefined || amount === 0 ? undefined : { amount, unit };
}

/**
 * The best-before date of what was produced on a day: day and months of the calendar, the last day of the month where it
 * has no such day. Where only month and year are printed, it is the last day of that month ("best before end", Regulation
 * (EU) No 1169/2011, annex X).
 */
export function bestBefore(produced: CalendarDate, life: ShelfLife, precision: 'day' | 'month'): CalendarDate {
  const { amount, unit } = life;
  const date =
    unit === 'day' || unit === 'week'
      ? addDays(produced, amount * (unit === 'week' ? 7 : 1))
      : addMonths(produced, amount * (unit === 'year' ? 12 : 1));
  return precision === 'month' ? endOfMonth(date) : date;
}
