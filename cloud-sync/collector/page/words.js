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
