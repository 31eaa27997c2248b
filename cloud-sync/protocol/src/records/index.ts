/**
 * Records as device and collector hash, store and read them: streams, number ranges, hash chain, canonical JSON, event
 * summaries, and the readers of records and of their bodies. Loads no schemas, so that short commands start quickly.
 */
export * from './canonical.ts';
export * from './chain.ts';
export { type EventBody, readEventBody } from './event-body.ts';
export * from './event-summary.ts';
export * from './event-times.ts';
export { EARLIER_PATTERN } from './patterns.ts';
export * from './ranges.ts';
export * from './streams.ts';
export { type InspectionCounters, readTelemetryBody, type TelemetryBody } from './telemetry-body.ts';
export { readTombstoneBody, type TombstoneBody } from './tombstone-body.ts';
export {
  beforeText,
  CLOCK_QUALITIES,
  type ClockQuality,
  type EarlierNumber,
  earlierNumbers,
  type Json,
  MOST_EARLIER,
  readWireRecord,
  type Was,
  type WireRecord,
} from './wire-record.ts';
