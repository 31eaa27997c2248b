/**
 * What is stored and how it is read: the port for queries, event summaries, and the verification of hash chains. Pure
 * functions of what a database returns.
 */
export * from './event-json.ts';
export * from './event-summary.ts';
export * from './inspection-sample.ts';
export * from './plain-text.ts';
export * from './record-queries.ts';
export * from './signature-problem.ts';
export * from './stream-key.ts';
export * from './verify.ts';
