/** What codes and numbers are called on the page. */

export const KIND = {
  personnel_violation: 'Personnel',
  quality_issue: 'Quality',
  sanitation: 'Sanitation',
};

export const SEVERITY = {
  info: { word: 'Info', tone: 'idle' },
  warning: { word: 'Warning', tone: 'warn' },
  critical: { word: 'Critical', tone: 'bad' },
};

export const LINK = {
  online: { word: 'Online', tone: 'good' },
  offline: { word: 'Offline', tone: 'bad' },
  unknown: { word: 'Not heard', tone: 'idle' },
};

export const GAP = {
  open: { word: 'Missing', tone: 'bad' },
  closed: { word: 'Filled', tone: 'good' },
  declared: { word: 'Declared lost', tone: 'warn' },
};

const REASON = {
  newer_frame: 'newer frame came first',
  not_due: 'not due: this model looks less often',
  not_ready: 'not ready',
  inference_error: 'inference error',
  deadline: 'took too long',
  bad_output: 'output not understood',
  model_unavailable: 'model not available',
  earlier_stage: 'the model before it gave no result',
  vision_restarted: 'vision restarted',
  object_lost: 'out of sight',
  camera_lost: 'camera lost',
  restart: 'service restarted',
  rule_removed: 'rule removed',
  timeout: 'time limit',
};

/** A code as words: its own, or the code without underscores. */
export const plain = (code) => REASON[code] ?? String(code).replaceAll('_', ' ');

export const number = (n) => n.toLocaleString('en-GB');

/** `1 line`, `2 lines`. */
export const count = (n, one, many = `${one}s`) => `${number(n)} ${n === 1 ? one : many}`;

/** A size: `12 KiB`, `3.4 MiB`. */
export function bytes(n) {
  if (n < 1024 ** 2) return `${Math.ceil(n / 1024)} KiB`;
  return n < 1024 ** 3 ? `${(n / 1024 ** 2).toFixed(1)} MiB` : `${(n / 1024 ** 3).toFixed(2)} GiB`;
}

/** A share in percent that never says 100 or 0 unless it is. */
export function share(part, whole) {
  if (whole === 0) return '–';
  const percent = (100 * part) / whole;
  if (percent === 0 || percent === 100) return `${percent} %`;
  return `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
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
export function ago(iso, now) {
  if (iso === null) return 'never';
  const ms = Date.parse(now) - Date.parse(iso);
  return ms < 2000 ? 'just now' : `${ms < 10_000 ? `${Math.round(ms / 1000)} s` : span(ms)} ago`;
}

const sameDay = (a, b) => a.toDateString() === b.toDateString();

/** Time of day, with the date when it is not today's. */
export function time(iso, now) {
  if (iso === null) return 'at an unknown time';
  const at = new Date(iso);
  const clock = at.toLocaleTimeString('en-GB');
  if (sameDay(at, new Date(now))) return clock;
  return `${at.toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' })}, ${clock}`;
}
