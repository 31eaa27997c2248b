import { reasonText } from './blind-reason.ts';
import type { Cover } from './coverage.ts';
import { inspectedFraction } from './coverage-json.ts';
import { MINUTE_MS } from './local-time.ts';

/** Whether a camera was inspected in an interval, in one word. `pending`: its records are not due yet. */
export type CoverState = 'inspected' | 'partly' | 'blind' | 'unknown' | 'unscheduled' | 'pending';

export function stateOf({ inspectedMs, blindMs, unknownMs, unscheduledMs }: Cover): CoverState {
  if (inspectedMs > 0) return blindMs + unknownMs > 0 ? 'partly' : 'inspected';
  if (blindMs + unknownMs > 0) return blindMs > 0 ? 'blind' : 'unknown';
  return unscheduledMs > 0 ? 'unscheduled' : 'pending';
}

/** `28 Nov 2026, 06:00 to 14:00 CET: 97.5 %, 12 min not inspected: overload 3 min, ...; 5 min unknown: ...` */
export function coverSentence(cover: Cover, timeZone: string): string {
  const name = cover.name === undefined ? '' : `${cover.name}, `;
  return `${name}${intervalText(cover.fromMs, cover.toMs, timeZone)}: ${coverText(cover)}`;
}

/** Most reasons that a sentence names. */
const NAMED = 5;

/** `97.5 %, 12 min not inspected: the camera cannot be reached 9 min, overload 3 min` */
export function coverText(cover: Cover): string {
  const fraction = inspectedFraction(cover);
  const { blindMs, unknownMs, unscheduledMs, pendingMs, unsyncedMs } = cover;
  const reasons = (which: (code: string) => boolean): string => {
    const rows = cover.reasons.filter(({ reason }) => which(reason));
    if (rows.length === 1) return reasonText(rows[0]?.reason ?? '');
    const named = rows.slice(0, NAMED).map(({ reason, ms }) => `${reasonText(reason)} ${lengthText(ms)}`);
    return [...named, ...(rows.length > NAMED ? [`${rows.length - NAMED} more reasons`] : [])].join(', ');
  };
  const parts = [
    ...(fraction === null ? [] : [`${percentText(fraction)} inspected`]),
    ...(blindMs > 0 ? [`${lengthText(blindMs)} not inspected: ${reasons(isBlind)}`] : []),
    ...(unknownMs > 0 ? [`${lengthText(unknownMs)} unknown: ${reasons((code) => UNKNOWN.has(code))}`] : []),
    ...(unscheduledMs > 0
      ? [`nothing to inspect for ${lengthText(unscheduledMs)}: ${reasons((code) => OFF.has(code))}`]
      : []),
    ...(pendingMs > 0
      ? [fraction === null && unscheduledMs === 0 ? 'no records yet' : `${lengthText(pendingMs)} still to come`]
      : []),
    ...(unsyncedMs > 0 ? [`times of ${lengthText(unsyncedMs)} from a clock that no time server has set`] : []),
  ];
  return parts.join('; ');
}

const UNKNOWN: ReadonlySet<string> = new Set(['no_record', 'clock_unknown']);
const OFF: ReadonlySet<string> = new Set(['not_scheduled', 'not_configured']);
const isBlind = (code: string): boolean => !UNKNOWN.has(code) && !OFF.has(code);

/** Never more than was reached: `100 %` only where all of it was inspected. */
export function percentText(fraction: number): string {
  const tenths = Math.floor(fraction * 1000 + 1e-9);
  return `${fraction > 0 && tenths === 0 ? '<0.1' : tenths / 10} %`;
}

/** `40 s`, `12 min`, `3 h 20 min` */
export function lengthText(ms: number): string {
  if (ms < MINUTE_MS) return `${Math.max(1, Math.round(ms / 1000))} s`;
  const minutes = Math.round(ms / MINUTE_MS);
  if (minutes < 90) return `${minutes} min`;
  return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
}

/** `28 Nov 2026, 06:00 to 14:00 CET`; the day of the end where it is another. */
export function intervalText(fromMs: number, toMs: number, timeZone: string): string {
  const clock = (ms: number): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone, hour: '2-digit', minute: '2-digit' }).format(ms);
  const date = (ms: number): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone, day: 'numeric', month: 'short', year: 'numeric' }).format(ms);
  const zone = (ms: number): string =>
    new Intl.DateTimeFormat('en-GB', { timeZone, timeZoneName: 'short' })
      .formatToParts(ms)
      .find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  const [from, to] = [date(fromMs), date(toMs)];
  const changes = zone(fromMs) === zone(toMs) ? '' : ` ${zone(fromMs)}`;
  return `${from}, ${clock(fromMs)}${changes} to ${from === to ? '' : `${to}, `}${clock(toMs)} ${zone(toMs)}`;
}
