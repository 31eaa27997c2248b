/** Numbers, sizes, times and durations as text: one format each, on both pages. */

export const number = (value) => value.toLocaleString('en-GB');

/** `1 line`, `2 lines`. */
export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

export const sum = (counts) => Object.values(counts).reduce((total, value) => total + value, 0);

/** A size in decimal units, as the configuration writes them: `12 kB`, `3.4 MB`. */
export function bytes(value) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  const scaled = value / 1000 ** power;
  return `${scaled < 10 && power > 0 ? scaled.toFixed(1) : Math.round(scaled)} ${units[power]}`;
}

/** A fraction in percent; 100 and 0 are shown only where it is exactly that. */
export function percent(part, total) {
  if (total === 0) return '–';
  const value = (100 * part) / total;
  if (part < total && value > 99.9) return '>99.9 %';
  if (part > 0 && value < 0.1) return '<0.1 %';
  return `${value.toFixed(value === 100 || value === 0 ? 0 : 1)} %`;
}

/** A duration: `0.4 s`, `12 s`, `12 min`, `3 h 20 min`, `5 days`. */
export function span(ms) {
  const s = Math.max(0, ms / 1000);
  if (s < 10) return `${s.toFixed(1)} s`;
  if (s < 90) return `${Math.round(s)} s`;
  if (s < 5400) return `${Math.round(s / 60)} min`;
  const minutes = Math.round(s / 60);
  if (minutes < 48 * 60) return `${Math.floor(minutes / 60)} h${minutes % 60 === 0 ? '' : ` ${minutes % 60} min`}`;
  return `${Math.round(s / 86_400)} days`;
}

/** How long ago, by the clock of whoever sent `nowMs`; `never` for null. */
export function ago(atMs, nowMs) {
  if (atMs === null) return 'never';
  const ms = nowMs - atMs;
  return ms < 2000 ? 'just now' : `${ms < 10_000 ? `${Math.round(ms / 1000)} s` : span(ms)} ago`;
}

const FORMAT = {
  day: 'numeric',
  month: 'short',
  year: 'numeric',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
  timeZoneName: 'short',
};

/**
 * `28 Nov 2026, 02:14:00 UTC`: wall time with date and zone of the browser; a `~` before it says that the clock that gave it
 * could not be trusted (`quality` other than `synced`).
 */
export function time(atMs, quality = 'synced') {
  if (atMs === null) return 'at an unknown time';
  const text = new Date(atMs).toLocaleString('en-GB', FORMAT);
  return quality === 'synced' ? text : `~ ${text}`;
}
