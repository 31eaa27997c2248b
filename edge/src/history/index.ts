/**
 * How the device was during the last 24 hours: a sample a minute in a small file of fixed size, for charts. And the results
 * of the last hour, in memory, for previews of rules.
 */
export { History, type HistoryParts, type HistoryView, type Measured, SERIES, type SeriesName } from './history.ts';
export { KeptResults, type KeptOfCamera, type KeptResultsOptions, readResults } from './kept-results.ts';
