/** What codes and numbers are called on the page. */

export const ANSWER = {
  inspecting: { word: 'Inspecting', tone: 'good', sign: '✓' },
  degraded: { word: 'Degraded', tone: 'warn', sign: '!' },
  not_inspecting: { word: 'Not inspecting', tone: 'bad', sign: '✕' },
  starting: { word: 'Starting', tone: 'idle', sign: '…' },
};

export const CAMERA = {
  inspecting: { word: 'Inspecting', tone: 'good' },
  degraded: { word: 'Degraded', tone: 'warn' },
  blind: { word: 'Not inspecting', tone: 'bad' },
  starting: { word: 'Starting', tone: 'idle' },
  unknown: { word: 'Unknown', tone: 'idle' },
};

export const MODEL = {
  ready: { word: 'Ready', tone: 'good' },
  loading: { word: 'Loading', tone: 'idle' },
  failed: { word: 'Failed', tone: 'bad' },
};

export const LINK = {
  off: { word: 'Not configured', tone: 'idle' },
  connecting: { word: 'Connecting', tone: 'idle' },
  waiting: { word: 'Waiting for the collector', tone: 'warn' },
  online: { word: 'Online', tone: 'good' },
  offline: { word: 'Offline', tone: 'warn' },
};

export const KIND = {
  personnel_violation: 'Personnel',
  quality_issue: 'Quality',
  sanitation: 'Sanitation',
};

export const SEVERITY = { info: 'idle', warning: 'warn', critical: 'bad' };

const REASON = {
  newer_frame: 'newer frame came first',
  not_due: 'not due: this model looks less often',
  not_ready: 'not ready',
  paused: 'paused',
  inference_error: 'inference error',
  deadline: 'took too long',
  bad_output: 'output not understood',
  model_unavailable: 'model not available',
  earlier_stage: 'the model before it gave no result',
  vision_restarted: 'vision restarted',
  suspect_scores: 'scores to be doubted',
  fallback_provider: 'slower provider',
  not_all_looked_at: 'more to look at than allowed',
  cleared: 'cleared',
  object_lost: 'out of sight',
  camera_lost: 'camera lost',
  restart: 'service restarted',
  rule_removed: 'rule removed',
  timeout: 'time limit',
};

export const reason = (code) => REASON[code] ?? plain(code);

/** `bare_head` -> `bare head` */
export const plain = (code) => String(code).replaceAll('_', ' ');

/** `bare_head` -> `Bare head` */
export const title = (code) => plain(code).replace(/^./, (first) => first.toUpperCase());

export const number = (value) => new Intl.NumberFormat().format(value);

/** Milliseconds as a person says them: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 days`. */
export function span(ms) {
  const seconds = ms / 1000;
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 90) return `${Math.round(seconds)} s`;
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`;
  if (seconds < 172_800) return `${Math.round(seconds / 3600)} h`;
  return `${Math.round(seconds / 86_400)} days`;
}

export function bytes(count) {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  const power = Math.min(units.length - 1, count < 1 ? 0 : Math.floor(Math.log10(count) / 3));
  const value = count / 1000 ** power;
  return `${value < 10 && power > 0 ? value.toFixed(1) : Math.round(value)} ${units[power]}`;
}

export const sum = (counts) => Object.values(counts).reduce((total, count) => total + count, 0);

/** `newer frame came first 41, took too long 2`, or undefined when nothing was counted. */
export function breakdown(counts) {
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  if (named.length === 0) return undefined;
  return named.map(([code, count]) => `${reason(code)} ${number(count)}`).join(', ');
}

/** Share in percent that never says 100 or 0 when it is not. */
export function percent(part, whole) {
  if (whole === 0) return '–';
  const share = (100 * part) / whole;
  if (part < whole && share > 99.9) return '>99.9 %';
  if (part > 0 && share < 0.1) return '<0.1 %';
  return `${share.toFixed(share === 100 || share === 0 ? 0 : 1)} %`;
}

/** Wall time as a label; a `~` before it says that the clock was not to be trusted. */
export function clockTime(ms, quality, nowMs) {
  const date = new Date(ms);
  const today = new Date(nowMs).toDateString() === date.toDateString();
  const text = today ? date.toLocaleTimeString() : date.toLocaleString();
  return quality === 'suspect' ? `~ ${text}` : text;
}
