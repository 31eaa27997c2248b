import { z } from 'zod';

/** A time window of each day, in minutes since midnight; it may pass midnight. */
export interface DayWindow {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const PATTERN = /^(?:always|night|([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d))$/;
const NIGHT: DayWindow = { fromMinute: 22 * 60, toMinute: 6 * 60 };

/** The window that `always`, `night` or `22:00-06:30` names; undefined where `text` is none of them. */
export function parseDayWindow(text: string): DayWindow | 'always' | undefined {
  if (text === 'always') return text;
  if (text === 'night') return NIGHT;
  const match = PATTERN.exec(text);
  if (match?.[1] === undefined) return undefined;
  const [fromHour = 0, fromMinute = 0, toHour = 0, toMinute = 0] = match.slice(1).map(Number);
  return { fromMinute: fromHour * 60 + fromMinute, toMinute: toHour * 60 + toMinute };
}

/** The window as `always` or `22:00-06:30`. */
export function formatDayWindow(window: DayWindow | 'always'): string {
  if (window === 'always') return window;
  const text = (minute: number): string =>
    `${String(Math.floor(minute / 60)).padStart(2, '0')}:${String(minute % 60).padStart(2, '0')}`;
  return `${text(window.fromMinute)}-${text(window.toMinute)}`;
}

/** A time window of each day, written `always`, `night` or `22:00-06:00`. */
export function dayWindow() {
  return z.codec(z.string().regex(PATTERN, 'is not a time window of the day'), z.custom<DayWindow | 'always'>(), {
    decode: (text) => parseDayWindow(text) ?? 'always',
    encode: formatDayWindow,
  });
}
