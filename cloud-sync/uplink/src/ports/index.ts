/**
 * What the uplink needs from its owner (an outbox of records, an outbox of evidence) and the problems that
 * it reports.
 */
export * from './outbox.ts';
export * from './problem.ts';
