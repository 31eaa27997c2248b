/** When and how fast something may be sent: a token bucket, a part of the day, a meter of records per second. */
export * from './day-window.ts';
export * from './rate-meter.ts';
export * from './token-bucket.ts';
