/**
 * The collector's configuration file: its schema, and the reading that completes it with defaults and secrets.
 */
export * from './load.ts';
export * from './postgres-address.ts';
export * from './schema.ts';
