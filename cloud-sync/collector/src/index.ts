/**
 * The collector: receives batches from the broker, commits them, then acknowledges them; keeps events, gaps and pictures,
 * and shows them. Another database implements `CollectorStore`.
 */
export * from './app/index.ts';
export * from './config/index.ts';
export * from './errors/index.ts';
export { verifyAll, verifyChains, type Finding } from './records/index.ts';
export { verifyPictures, verifyStore, type VerifyOptions } from './verification/index.ts';
export * from './store/index.ts';
export type { RuntimeInfo } from './runtime/index.ts';
export { ManagedMosquitto, findMosquitto, hashPassword, makePassword, matchesPassword } from './broker/index.ts';
