import { type CalendarDate, calendarDate, dayOfYear, endOfMonth, fullYear } from '../calendar-date.ts';
import { MONTH_WORDS } from './month-names.ts';
import { findPattern, type Match, type Slot } from './pattern.ts';

/** A format of dates, ready to be looked for. */
export interface DateFormat {
  /** As written in the configuration. */
  readonly text: string;
  readonly slots: readonly Slot[];
  /** A format without day stands for the last day of the month. */
  readonly precision: 'day' | 'month';
}

/** A date that was read. */
export interface ReadDate extends Match {
  /** Undefined where the text has the form of the date and the calendar does not have it, such as 31.02. */
  readonly date: CalendarDate | undefined;
}

/** Letters of a format: English, German (T, J) and Russian (Д, М, Г) stand for the same. */
const ALIASES: Readonly<Record<string, string>> = { T: 'D', J: 'Y', Д: 'D', М: 'M', Г: 'Y', Ч: 'H', м: 'm' };
const TOKENS: Readonly<Record<string, readonly Slot[]>> = {
  DDD: digits('dayOfYear', 3),
  DD: digits('day', 2),
  MMMM: [{ kind: 'word', field: 'month', words: MONTH_WORDS }],
  MMM: [{ kind: 'word', field: 'month', words: MONTH_WORDS }],
  MM: digits('month', 2),
  YYYY: digits('year', 4),
  YY: digits('year', 2),
  Y: digits('lastDigitOfYear', 1),
  HH: digits('hour', 2),
  mm: digits('minute', 2),
};

/**
 * The format that `text` describes: `DD.MM.YYYY`, `TT.MM.JJ`, `ДД.ММ.ГГ`, `DD MMM YYYY`, `MM/YY`, `YYDDD`. DD day, DDD
 * day of the year, MM month, MMM name of the month (English, German, Russian, short or full), YY or YYYY year, Y last
 * digit of the year, HH and mm time. A blank stands for any number of blanks; words in quotes and all other marks for
 * themselves, with blanks around them or without.
 *
 * @throws TypeError with the reason where it describes no date.
 */
export function dateFormat(text: string): DateFormat {
  const slots: Slot[] = [];
  const seen = new Set<string>();
  for (const part of text.match(/'[^']*'|\s+|(\p{L})\1*|[^]/gu) ?? []) {
    const token = Array.from(part, (letter) => ALIASES[letter] ?? letter).join('');
    const known = TOKENS[token];
    if (known !== undefined) {
      for (const field of fieldsOf(known)) {
        if (seen.has(field)) throw new TypeError(`the format of a date has ${field} twice: ${text}`);
        seen.add(field);
      }
      slots.push(...known);
    } else if (part.trim() === '') slots.push({ kind: 'blank' });
    else if (/^'[^']+'$/.test(part)) slots.push({ kind: 'literal', text: part.slice(1, -1) });
    else if (/^\p{L}/u.test(part)) throw new TypeError(`the format of a date has an unknown part "${part}": ${text}`);
    else slots.push({ kind: 'blank' }, { kind: 'literal', text: part }, { kind: 'blank' });
  }
  const hasYear = seen.has('year') || seen.has('lastDigitOfYear');
  if (!hasYear || !(seen.has('month') || seen.has('dayOfYear')))
    throw new TypeError(`the format of a date needs a year, and a month or a day of the year: ${text}`);
  return { text, slots, precision: seen.has('day') || seen.has('dayOfYear') ? 'day' : 'month' };
}

/**
 * The dates in a line of print, those with the fewest corrections first; dates that the calendar does not have come
 * after all others.
 *
 * @param near decides the century of two digits, and the decade of one.
 */
export function findDates(line: string, { slots }: DateFormat, near: CalendarDate): readonly ReadDate[] {
  return findPattern(line, slots)
    .map((match) => ({ ...match, date: dateOf(match.fields, near) }))
    .toSorted((a, b) => Number(a.date === undefined) - Number(b.date === undefined));
}

function dateOf(fields: Match['fields'], near: CalendarDate): CalendarDate | undefined {
  const year = yearOf(fields, near.year);
  if (Number(fields['hour'] ?? 0) > 23 || Number(fields['minute'] ?? 0) > 59) return undefined;
  if (fields['dayOfYear'] !== undefined) return dayOfYear(year, Number(fields['dayOfYear']));
  const month = Number(fields['month']);
  if (fields['day'] !== undefined) return calendarDate(year, month, Number(fields['day']));
  const first = calendarDate(year, month, 1);
  return first === undefined ? undefined : endOfMonth(first);
}

function yearOf(fields: Match['fields'], near: number): number {
  const { year, lastDigitOfYear } = fields;
  if (year?.length === 4) return Number(year);
  if (year !== undefined) return fullYear(Number(year), near);
  // Of the ten years around, the one that ends with the digit.
  const difference = (((Number(lastDigitOfYear) - near) % 10) + 10) % 10;
  return near + (difference > 5 ? difference - 10 : difference);
}

function digits(field: string, count: number): readonly Slot[] {
  return Array.from({ length: count }, () => ({ kind: 'digit', field }));
}

function fieldsOf(slots: readonly Slot[]): ReadonlySet<string> {
  return new Set(slots.flatMap((slot) => ('field' in slot ? [slot.field] : [])));
}
