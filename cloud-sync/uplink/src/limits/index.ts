/** When and how fast something may be sent: a token bucket, a part of the day, and a wake-up for the loops that wait. */
export * from './day-window.ts';
export * from './token-bucket.ts';
export * from './wake-up.ts';
