export * from './check-batch.ts';
export * from './gap-watch.ts';
export * from './ingest.ts';
export * from './link.ts';
export * from './presence.ts';
