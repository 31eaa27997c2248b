/**
 * The wire: topics, envelopes, schemas, chain. What both ends share; no I/O and no clock.
 */
export * from './topics.ts';
export * from './bodies.ts';
export * from './envelope.ts';
export * from './canonical.ts';
export * from './chain.ts';
export * from './codec.ts';
export * from './ranges.ts';
export * from './signature.ts';
