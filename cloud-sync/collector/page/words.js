/** What states and numbers are called on the page. Codes of events and inspections: /common/codes.js. */

export const INSPECTION = {
  inspecting: { word: 'Inspecting', tone: 'good' },
  starting: { word: 'Starting', tone: 'idle' },
  not_inspecting: { word: 'Not inspecting', tone: 'bad' },
  unknown: { word: 'Not known', tone: 'warn' },
  ended: { word: 'No longer reported', tone: 'idle' },
};

export const STREAM = { audit: 'Audit', events: 'Events', telemetry: 'Counters', media: 'Pictures' };

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

export const ROLLOUT = {
  waiting_for_approval: { word: 'Waits for approval', tone: 'warn' },
  running: { word: 'Running', tone: 'good' },
  paused: { word: 'Paused', tone: 'warn' },
  stopped: { word: 'Stopped by a person', tone: 'warn' },
  failed: { word: 'Stopped by a threshold', tone: 'bad' },
  done: { word: 'Done', tone: 'good' },
};

export const LINE_UPDATE = {
  waiting: { word: 'Waits', tone: 'idle' },
  offered: { word: 'Not yet', tone: 'idle' },
  updating: { word: 'Updating', tone: 'idle' },
  committed: { word: 'Has it', tone: 'good' },
  failed: { word: 'Failed', tone: 'bad' },
  withdrawn: { word: 'Withdrawn', tone: 'warn' },
};

/** States that devices report. */
export const ON_DEVICE = {
  waiting: 'Waits its turn',
  downloading: 'Downloading',
  verified: 'Verified',
  staged: 'Tested, waits to be tried',
  shadow: 'In shadow',
  trial: 'On trial',
  rolling_back: 'Going back',
  committed: 'In use',
  rolled_back: 'Went back to the one before',
  failed: 'Not installed',
  unable_to_roll_back: 'Could not go back',
  not_applied: 'Takes no updates',
};
