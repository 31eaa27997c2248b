/**
 * What is stored and how it is read: records, event summaries, and the verification of hash chains. Pure functions of
 * what a database returns.
 */
export * from './event-json.ts';
export * from './event-summary.ts';
export * from './plain-text.ts';
export * from './verify.ts';
