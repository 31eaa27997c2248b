/** The entrance for programs that only read events. Loads nothing that writes them, so that short commands start quickly. */
export { CSV_HEADER, csvRow } from './event-csv.ts';
export type { EventFilter, EventPage } from './event-filter.ts';
export { EventReader, openEventReader } from './event-reader.ts';
export type { EventSummary, Transition } from './event-summary.ts';
