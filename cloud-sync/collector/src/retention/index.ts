/**
 * Retention: deletes records and pictures that are older, or more, than the configuration keeps.
 */
export * from './retention.ts';
export * from './retention-store.ts';
