export * from './check-batch.ts';
export * from './ingest.ts';
export * from './link.ts';
