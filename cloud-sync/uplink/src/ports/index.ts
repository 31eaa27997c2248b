/**
 * What the uplink needs from its owner (an outbox of records, an outbox of evidence, a handler of desired documents),
 * and the problems that it reports.
 */
export * from './batch-text.ts';
export * from './desired.ts';
export * from './outbox.ts';
export * from './problem.ts';
