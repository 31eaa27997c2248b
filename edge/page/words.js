/** What states and numbers are called on the page. Codes of events and inspections: /common/codes.js. */
import { reason } from '/common/codes.js';
import { number } from '/common/format.js';
import { t } from './language.js';

const worded = (key, tone, sign) => ({
  get word() {
    return t(key);
  },
  tone,
  sign,
});

export const ANSWER = {
  inspecting: worded('inspecting', 'good', '✓'),
  degraded: worded('degraded', 'warn', '!'),
  not_inspecting: worded('notInspecting', 'bad', '✕'),
  starting: worded('starting', 'idle', '…'),
};

export const CAMERA = {
  inspecting: worded('inspecting', 'good'),
  degraded: worded('degraded', 'warn'),
  blind: worded('notInspecting', 'bad'),
  starting: worded('starting', 'idle'),
  unknown: worded('unknown', 'idle'),
};

/** Why the controller is not given READY. */
export const NOT_READY = {
  ready: worded('outputReady', 'good'),
  disarmed: worded('outputDisarmed', 'idle'),
  starting: worded('starting', 'idle'),
  service_silent: worded('outputSilent', 'bad'),
  not_inspecting: worded('notInspecting', 'bad'),
  no_position: worded('outputNoPosition', 'bad'),
  stopped: worded('outputStopped', 'bad'),
  not_connected: worded('outputNotConnected', 'bad'),
};

export const MODEL = {
  ready: worded('ready', 'good'),
  loading: worded('loading', 'idle'),
  failed: worded('failed', 'bad'),
};

export const ENGINE = {
  waiting: worded('waiting', 'idle'),
  building: worded('building', 'warn'),
  ready: worded('ready', 'good'),
  failed: worded('failed', 'bad'),
};

export const VERDICT = {
  good: 'packsGood',
  wrong: 'packsWrong',
  unreadable: 'packsUnreadable',
  missing: 'packsMissing',
};

/** By what the service of a machine is due. */
export const SERVICE_LIMIT = {
  interval: 'sinceService',
  running_time: 'runningSinceService',
  count: 'countedSinceService',
};

export const LINK = {
  off: worded('linkOff', 'idle'),
  connecting: worded('linkConnecting', 'idle'),
  waiting: worded('linkWaiting', 'warn'),
  online: worded('linkOnline', 'good'),
  offline: worded('linkOffline', 'warn'),
};

export const CLOCK = { synced: 'clockSynced', unsynced: 'clockUnsynced', suspect: 'clockSuspect' };

/** `a newer frame came first 41, took too long 2`, or undefined when nothing was counted. */
export function breakdown(counts) {
  const named = Object.entries(counts).filter(([, count]) => count > 0);
  if (named.length === 0) return undefined;
  return named.map(([code, count]) => `${reason(code)} ${number(count)}`).join(', ');
}
