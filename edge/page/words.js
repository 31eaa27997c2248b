/** What states and numbers are called on the page. Codes of events and inspections: /common/codes.js. */
import { reason } from '/common/codes.js';
import { number } from '/common/format.js';

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

export const VERDICT = {
  good: 'Good',
  wrong: 'Wrong',
  unreadable: 'Unreadable',
  missing: 'Missing',
};

export const LINK = {
  off: { word: 'Not configured', tone: 'idle' },
  connecting: { word: 'Connecting', tone: 'idle' },
  waiting: { word: 'Waiting for the collector', tone: 'warn' },
  online: { word: 'Online', tone: 'good' },
  offline: { word: 'Offline', tone: 'warn' },
};

/** `a newer frame came first 41, took too long 2`, or undefined when nothing was counted. */
export function breakdown(counts) {
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  if (named.length === 0) return undefined;
  return named.map(([code, count]) => `${reason(code)} ${number(count)}`).join(', ');
}
