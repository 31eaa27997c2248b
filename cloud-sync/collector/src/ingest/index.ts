/**
 * From MQTT messages to commits: payloads are checked, queued, committed in groups, and acknowledged after the commit.
 */
export * from './batch-store.ts';
export * from './chain-links.ts';
export * from './check-batch.ts';
export * from './checked-batch.ts';
export * from './ingest.ts';
export * from './store-unavailable.ts';
export * from './watermark.ts';
