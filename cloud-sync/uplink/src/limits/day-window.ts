/** A part of the day, in minutes since midnight; it may span midnight. */
export interface DayWindow {
  readonly fromMinute: number;
  readonly toMinute: number;
}

const DAY = 24 * 60;

/** Milliseconds until `window` is open at `wallMs`, by the clock of this machine's time zone; 0 while it is. */
export function opensInMs(window: DayWindow, wallMs: number): number {
  const now = new Date(wallMs);
  const minute = now.getHours() * 60 + now.getMinutes();
  const since = (minute - window.fromMinute + DAY) % DAY;
  const length = (window.toMinute - window.fromMinute + DAY) % DAY || DAY;
  if (since < length) return 0;
  return ((DAY - since) * 60 - now.getSeconds()) * 1000;
}
