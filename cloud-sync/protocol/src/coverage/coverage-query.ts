import type { CoverageRequest } from './coverage.ts';
import { dayAfter, dayOf, instantOf, localTimeOf, MINUTE_MS, offsetMs } from './local-time.ts';
import { type Interval, type NamedInterval, shiftsWithin, type ShiftPlan } from './shifts.ts';

/** Into what an interval is divided: minutes, hours and shifts of the clock on the wall of the line. */
export const DIVISIONS = ['minute', 'hour', 'shift'] as const;
export type Division = (typeof DIVISIONS)[number];

const HOUR_MS = 60 * MINUTE_MS;
/** Longest interval of one query, and most parts of an answer. */
export const MAX_COVERAGE_MS = 31 * 24 * HOUR_MS;
export const MAX_PARTS = 1500;

/** The minutes, hours or shifts that have time in common with an interval, each complete. */
export function partsOf(interval: Interval, by: Division, plan: ShiftPlan): readonly NamedInterval[] {
  if (by === 'shift') return shiftsWithin(interval, plan);
  const lengthMs = by === 'minute' ? MINUTE_MS : HOUR_MS;
  const parts: NamedInterval[] = [];
  let fromMs = interval.fromMs - intoPart(interval.fromMs, lengthMs, plan.timeZone);
  while (fromMs < interval.toMs) {
    const toMs = fromMs + lengthMs - intoPart(fromMs, lengthMs, plan.timeZone);
    parts.push({ fromMs, toMs });
    fromMs = toMs;
  }
  return parts;
}

/** How long the current minute or hour of the clock on the wall has lasted. */
function intoPart(atMs: number, lengthMs: number, timeZone: string): number {
  const shown = atMs + offsetMs(atMs, timeZone);
  return ((shown % lengthMs) + lengthMs) % lengthMs;
}

/**
 * The instant in a text: `2026-11-28T02:14` or `02:14` by the clock on the wall of the line (the latest `02:14` that has
 * passed), a time with a zone such as `2026-11-28T02:14Z`, or milliseconds since 1970. Undefined where it is none.
 */
export function parseInstant(text: string, timeZone: string, nowMs: number): number | undefined {
  if (/^\d{1,15}$/.test(text)) return Number(text);
  if (/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}(:\d{2}(\.\d{1,3})?)?(Z|[+-]\d{2}:\d{2})$/.test(text)) {
    const ms = Date.parse(text);
    return Number.isNaN(ms) ? undefined : ms;
  }
  const parts = /^(?:(\d{4}-\d{2}-\d{2})[T ])?(\d{1,2}):(\d{2})$/.exec(text);
  const [hour, minute] = [Number(parts?.[2]), Number(parts?.[3])];
  if (parts === null || hour > 23 || minute > 59) return undefined;
  const minutes = hour * 60 + minute;
  if (parts[1] !== undefined) {
    const day = dayOf(parts[1]);
    return day && instantOf(day, minutes, timeZone);
  }
  const today = instantOf(localTimeOf(nowMs, timeZone), minutes, timeZone);
  return today <= nowMs ? today : instantOf(localTimeOf(nowMs - 24 * HOUR_MS, timeZone), minutes, timeZone);
}

/** What is asked for: an interval by its ends, or the minute of `at`. Texts as `parseInstant` reads them. */
export interface CoverageWords {
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly at?: string | undefined;
  /** A day of the calendar of the line, `2026-11-28`. */
  readonly date?: string | undefined;
  readonly by?: Division | undefined;
  readonly camera?: string | undefined;
}

export type RequestOrMistake =
  | (CoverageRequest & { readonly by: Division; readonly mistake?: undefined })
  | { readonly mistake: string };

const DEFAULT_MS = 8 * HOUR_MS;

/** The request that the words make, extended to complete parts; or what is wrong with them, for people. */
export function requestOf(words: CoverageWords, plan: ShiftPlan, nowMs: number): RequestOrMistake {
  const interval = intervalOf(words, plan, nowMs);
  if ('mistake' in interval) return interval;
  if (interval.toMs - interval.fromMs > MAX_COVERAGE_MS) return { mistake: 'from, to: at most 31 days in one query' };
  const by = words.by ?? (words.at === undefined ? 'hour' : 'minute');
  if (by === 'minute' && (interval.toMs - interval.fromMs) / MINUTE_MS > MAX_PARTS) {
    return { mistake: `by: at most ${MAX_PARTS} minutes in one query; ask by hour or by shift` };
  }
  const parts = partsOf(interval, by, plan);
  const fromMs = Math.min(interval.fromMs, ...parts.map((part) => part.fromMs));
  const toMs = Math.max(interval.toMs, ...parts.map((part) => part.toMs));
  return { fromMs, toMs, parts, by, plan, nowMs, camera: words.camera };
}

function intervalOf(
  words: CoverageWords,
  { timeZone }: ShiftPlan,
  nowMs: number,
): Interval | { readonly mistake: string } {
  const { at, date } = words;
  if (at !== undefined) {
    const ms = parseInstant(at, timeZone, nowMs);
    if (ms === undefined) return { mistake: `at: ${NO_INSTANT}` };
    const [minute = { fromMs: ms, toMs: ms + MINUTE_MS }] = partsOf({ fromMs: ms, toMs: ms + 1 }, 'minute', {
      timeZone,
      shifts: [],
    });
    return minute;
  }
  if (date !== undefined) {
    const day = dayOf(date);
    if (day === undefined) return { mistake: 'date: write a day such as 2026-11-28' };
    return { fromMs: instantOf(day, 0, timeZone), toMs: instantOf(dayAfter(day, 1), 0, timeZone) };
  }
  const toMs = words.to === undefined ? nowMs : parseInstant(words.to, timeZone, nowMs);
  if (toMs === undefined) return { mistake: `to: ${NO_INSTANT}` };
  const fromMs = words.from === undefined ? toMs - DEFAULT_MS : parseInstant(words.from, timeZone, nowMs);
  if (fromMs === undefined) return { mistake: `from: ${NO_INSTANT}` };
  return fromMs < toMs ? { fromMs, toMs } : { mistake: 'from: it must be before to' };
}

const NO_INSTANT = 'write a time such as 02:14, 2026-11-28T02:14 or 2026-11-28T02:14Z';
