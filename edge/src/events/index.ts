/**
 * Events as people ask for them: the recorder writes transitions and snapshots into the journal, the reader lists and
 * shows events, exports them, and closes those that an earlier run left open.
 */
export { closeStaleEvents } from './close-stale-events.ts';
export * from './event-csv.ts';
export * from './event-reader.ts';
export { foldEvent, type FoldedEvent, type Transition } from './event-summary.ts';
export { EVENT_RECORD, JournalRecorder, SNAPSHOT_RECORD } from './journal-recorder.ts';
