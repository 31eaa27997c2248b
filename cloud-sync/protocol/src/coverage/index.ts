/**
 * Coverage of time: for how long each camera was inspected, when it was not and why, by minute, hour and shift. Calculated
 * from telemetry records alone, by the device and the collector alike. Pure functions; loads no schemas, so that short
 * commands start quickly.
 */
export * from './blind-reason.ts';
export * from './coverage.ts';
export * from './coverage-json.ts';
export * from './coverage-query.ts';
export * from './coverage-text.ts';
export { dayAfter, dayOf, instantOf, isTimeZone, localTimeOf, MINUTE_MS, weekdayOf } from './local-time.ts';
export * from './read-samples.ts';
export * from './sample.ts';
export * from './shifts.ts';
export * from './timeline.ts';
