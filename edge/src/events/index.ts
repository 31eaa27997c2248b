/**
 * Events as people ask for them: the recorder writes transitions and snapshots into the journal, the table of events
 * keeps their summaries up to date, the reader lists and shows them, and events that an earlier run left open are closed.
 */
export { type Acknowledgement, Acknowledgements } from './acknowledgements.ts';
export { closeStaleEvents } from './close-stale-events.ts';
export * from './event-csv.ts';
export type { EventFilter, EventPage } from './event-filter.ts';
export { EventReader, openEventReader } from './event-reader.ts';
export type { EventSummary, Transition } from './event-summary.ts';
export { EventTable, type FillProgress } from './event-table.ts';
export { EventTableFill } from './event-table-fill.ts';
export { JournalRecorder } from './journal-recorder.ts';
export { type EventTableFinding, verifyEventTable } from './verify-event-table.ts';
export { EVENT_RECORD, SNAPSHOT_RECORD } from './record-kinds.ts';
