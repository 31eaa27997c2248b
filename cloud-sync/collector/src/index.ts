/**
 * The cloud's end: takes batches from the broker, commits them, then acks; keeps events, gaps and pictures, and shows
 * them. Whoever brings another database implements `CollectorStore`.
 */
export * from './app/run-collector.ts';
export * from './config/index.ts';
export * from './errors.ts';
export * from './store/index.ts';
export type { Addresses } from './runtime/runtime-info.ts';
export { ManagedMosquitto, findMosquitto, hashPassword, makePassword, matchesPassword } from './broker/index.ts';
