/** When and how fast something may be sent: a token bucket and a part of the day. */
export * from './day-window.ts';
export * from './token-bucket.ts';
