/** What states and numbers are called on the page. Codes of events and inspections: /common/codes.js. */
import { reason } from '/common/codes.js';

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

/** Tone of each severity. */
export const SEVERITY = { info: 'idle', warning: 'warn', critical: 'bad' };

export const number = (value) => new Intl.NumberFormat().format(value);

/** A duration for people: `0.4 s`, `12 s`, `3 min`, `5 h`, `2 days`. */
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

/** `a newer frame came first 41, took too long 2`, or undefined when nothing was counted. */
export function breakdown(counts) {
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  if (named.length === 0) return undefined;
  return named.map(([code, count]) => `${reason(code)} ${number(count)}`).join(', ');
}

/** A fraction in percent; 100 and 0 are shown only where it is exactly that. */
export function percent(part, total) {
  if (total === 0) return '–';
  const value = (100 * part) / total;
  if (part < total && value > 99.9) return '>99.9 %';
  if (part > 0 && value < 0.1) return '<0.1 %';
  return `${value.toFixed(value === 100 || value === 0 ? 0 : 1)} %`;
}

/** Wall time; a `~` before it says that the clock could not be trusted. */
export function clockTime(ms, quality, nowMs) {
  const date = new Date(ms);
  const today = new Date(nowMs).toDateString() === date.toDateString();
  const text = today ? date.toLocaleTimeString() : date.toLocaleString();
  return quality === 'suspect' ? `~ ${text}` : text;
}
