export const MINUTE_MS = 60_000;

/** A day of a calendar: `{ year: 2026, month: 11, day: 28 }`. */
export interface Day {
  readonly year: number;
  readonly month: number;
  readonly day: number;
}

export interface LocalTime extends Day {
  /** Minutes since midnight by the clock on the wall. */
  readonly minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Throws RangeError for a time zone that this program does not know. */
function formatOf(timeZone: string): Intl.DateTimeFormat {
  const known = formats.get(timeZone);
  if (known !== undefined) return known;
  const digits = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { ...digits, second: 'numeric', hourCycle: 'h23', timeZone });
  formats.set(timeZone, format);
  return format;
}

export function isTimeZone(name: string): boolean {
  try {
    formatOf(name);
    return true;
  } catch (error) {
    if (error instanceof RangeError) return false;
    throw error;
  }
}

/** What the clock on the wall shows, as if it were UTC: milliseconds. */
function shownMs(atMs: number, timeZone: string): number {
  const parts = formatOf(timeZone).formatToParts(atMs);
  const of = (type: string): number => Number(parts.find((part) => part.type === type)?.value);
  const wholeS = Date.UTC(of('year'), of('month') - 1, of('day'), of('hour'), of('minute'), of('second'));
  return wholeS + (((atMs % 1000) + 1000) % 1000);
}

/** Milliseconds by which local time is ahead of UTC at an instant. */
export function offsetMs(atMs: number, timeZone: string): number {
  return shownMs(atMs, timeZone) - atMs;
}

/** Date and time of day that the clock on the wall shows at an instant. */
export function localTimeOf(atMs: number, timeZone: string): LocalTime {
  const shown = new Date(shownMs(atMs, timeZone));
  const minute = shown.getUTCHours() * 60 + shown.getUTCMinutes();
  return { year: shown.getUTCFullYear(), month: shown.getUTCMonth() + 1, day: shown.getUTCDate(), minute };
}

/**
 * The instant at which the clock on the wall shows `minute` of `day`. A time that it shows twice is the first of the two;
 * one that it skips is as much later as the clock is moved.
 */
export function instantOf({ year, month, day }: Day, minute: number, timeZone: string): number {
  const shown = Date.UTC(year, month - 1, day) + minute * MINUTE_MS;
  const [before, after] = [shown - 24 * 60 * MINUTE_MS, shown + 24 * 60 * MINUTE_MS].map((ms) =>
    offsetMs(ms, timeZone),
  ) as [number, number];
  const fits = [shown - before, shown - after].filter((ms) => shownMs(ms, timeZone) === shown);
  return fits.length === 0 ? shown - before : Math.min(...fits);
}

/** The day that is `days` later. */
export function dayAfter({ year, month, day }: Day, days: number): Day {
  const at = new Date(Date.UTC(year, month - 1, day + days));
  return { year: at.getUTCFullYear(), month: at.getUTCMonth() + 1, day: at.getUTCDate() };
}

/** 0 for Monday to 6 for Sunday. */
export function weekdayOf({ year, month, day }: Day): number {
  return (new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 6) % 7;
}

/** The day in `2026-11-28`; undefined where the calendar has none. */
export function dayOf(text: string): Day | undefined {
  const [, year, month, day] = (/^(\d{4})-(\d{2})-(\d{2})$/.exec(text) ?? []).map(Number);
  if (year === undefined || month === undefined || day === undefined) return undefined;
  const found = dayAfter({ year, month, day }, 0);
  return found.month === month && found.day === day ? found : undefined;
}
