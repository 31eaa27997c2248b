/**
 * The two databases that the collector can keep its records in: SQLite and PostgreSQL. Each implements the ports that
 * the other modules own; what both need and is pure lies beside those ports.
 */
export type { CollectorStore } from './collector-store.ts';
export { SqliteStore } from './sqlite/sqlite-store.ts';
export { PostgresStore } from './postgres/postgres-store.ts';
export { openStore, mayOpenLater, type StoreChoice } from './open-store.ts';
