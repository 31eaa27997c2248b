/** What states and numbers are called on the page. Codes of events and inspections: /common/codes.js. */

/** Tone of each severity. */
export const SEVERITY = { info: 'idle', warning: 'warn', critical: 'bad' };

export const LINK = {
  online: { word: 'Online', tone: 'good' },
  offline: { word: 'Offline', tone: 'bad' },
  unknown: { word: 'Not seen yet', tone: 'idle' },
};

export const GAP = {
  open: { word: 'Missing', tone: 'bad' },
  closed: { word: 'Filled', tone: 'good' },
  declared: { word: 'Declared lost', tone: 'warn' },
};

export const number = (n) => n.toLocaleString('en-GB');

/** `1 line`, `2 lines`. */
export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** A size: `12 KiB`, `3.4 MiB`. */
export function bytes(n) {
  if (n < 1024 ** 2) return `${Math.ceil(n / 1024)} KiB`;
  return n < 1024 ** 3 ? `${(n / 1024 ** 2).toFixed(1)} MiB` : `${(n / 1024 ** 3).toFixed(2)} GiB`;
}

/** A fraction in percent; 100 and 0 are shown only where it is exactly that. */
export function percent(part, total) {
  if (total === 0) return '–';
  const value = (100 * part) / total;
  if (value === 0 || value === 100) return `${value} %`;
  return `${Math.min(99.9, Math.max(0.1, value)).toFixed(1)} %`;
}

/** A duration: `4 s`, `12 min`, `3 h 20 min`, `5 d`. */
export function span(ms) {
  const s = Math.max(0, ms / 1000);
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  if (s < 48 * 3600) return `${Math.floor(s / 3600)} h ${Math.round((s % 3600) / 60)} min`;
  return `${Math.round(s / 86_400)} d`;
}

/** How long ago, by the collector's clock. */
export function ago(atMs, nowMs) {
  if (atMs === null) return 'never';
  const ms = nowMs - atMs;
  return ms < 2000 ? 'just now' : `${ms < 10_000 ? `${Math.round(ms / 1000)} s` : span(ms)} ago`;
}

const sameDay = (a, b) => a.toDateString() === b.toDateString();

/** Time of day, with the date when it is not today's. */
export function time(atMs, nowMs) {
  if (atMs === null) return 'at an unknown time';
  const at = new Date(atMs);
  const clock = at.toLocaleTimeString('en-GB');
  if (sameDay(at, new Date(nowMs))) return clock;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}, ${clock}`;
}
