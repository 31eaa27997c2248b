/** How the device was during the last 24 hours: a sample a minute in a small file of fixed size, for charts. */
export { History, type HistoryParts, type HistoryView, type Measured, SERIES, type SeriesName } from './history.ts';
