/** What states and numbers are called on the page. Codes of events and inspections: /common/codes.js. */
import { plain } from '/common/codes.js';
import { t } from './language.js';

const worded = (key, tone) => ({
  get word() {
    return t(key);
  },
  tone,
});

export const INSPECTION = {
  inspecting: worded('inspecting', 'good'),
  starting: worded('starting', 'idle'),
  not_inspecting: worded('notInspecting', 'bad'),
  unknown: worded('inspectionUnknown', 'warn'),
  ended: worded('noLongerReported', 'idle'),
};

export const LINK = {
  online: worded('linkOnline', 'good'),
  offline: worded('linkOffline', 'bad'),
  unknown: worded('notSeenYet', 'idle'),
};

export const GAP = {
  open: worded('missing', 'bad'),
  closed: worded('filled', 'good'),
  declared: worded('declaredLost', 'warn'),
};

export const ROLLOUT = {
  waiting_for_approval: worded('waitsForApproval', 'warn'),
  running: worded('running', 'good'),
  paused: worded('paused', 'warn'),
  stopped: worded('stoppedByPerson', 'warn'),
  failed: worded('stoppedByThreshold', 'bad'),
  done: worded('done', 'good'),
};

export const LINE_UPDATE = {
  waiting: worded('waits', 'idle'),
  offered: worded('notYet', 'idle'),
  updating: worded('updating', 'idle'),
  committed: worded('hasIt', 'good'),
  failed: worded('failed', 'bad'),
  withdrawn: worded('withdrawn', 'warn'),
};

const STREAM = { audit: 'audit', events: 'events', telemetry: 'counters', media: 'pictures' };

/** States that devices report. */
const ON_DEVICE = {
  waiting: 'waitsItsTurn',
  downloading: 'downloading',
  verified: 'verified',
  staged: 'staged',
  shadow: 'inShadow',
  trial: 'onTrial',
  rolling_back: 'goingBack',
  committed: 'inUse',
  rolled_back: 'wentBack',
  failed: 'notInstalled',
  unable_to_roll_back: 'couldNotGoBack',
  not_applied: 'takesNone',
};

/** What a reviewer says about an event. */
const VERDICT = { true: 'isRight', false_alarm: 'falseAlarm', missed: 'somethingMissed', unsure: 'takenBack' };

/** Why a device was refused. */
const REFUSED = {
  claim_cancelled: 'claimCancelled',
  claim_expired: 'claimExpired',
  claim_other_device: 'claimOther',
  claim_used: 'claimUsed',
  request_invalid: 'requestInvalid',
};

/** The word of a code by a table of keys. A code of a newer device or collector is shown as it is. */
const wordOf =
  (keys, other = String) =>
  (code) =>
    Object.hasOwn(keys, code) ? t(keys[code]) : other(code);

export const streamWord = wordOf(STREAM);
export const onDeviceWord = wordOf(ON_DEVICE, plain);
export const verdictWord = wordOf(VERDICT);
export const refusedWord = wordOf(REFUSED);

/** The word of a code whose texts have the keys `<group>_<code>`. */
export function groupWord(group, code) {
  const key = `${group}_${code}`;
  const word = t(key);
  return word === key ? plain(code) : word;
}
