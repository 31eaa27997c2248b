/** What states and numbers are called on the page. Codes of events and inspections: /common/codes.js. */

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
