/**
 * Small tools that at least two rooms use: time, back-off, mailbox, atomic file, life cycle, coded errors, logger.
 */
export * from './atomic-file.ts';
export * from './backoff.ts';
export * from './clock.ts';
export * from './entry.ts';
export * from './error.ts';
export * from './histogram.ts';
export * from './lifecycle.ts';
export * from './logger.ts';
export * from './mailbox.ts';
export * from './redact.ts';
export * from './tally.ts';
