export * from './store.ts';
export { SqliteStore } from './sqlite/sqlite-store.ts';
export { PostgresStore } from './postgres/postgres-store.ts';
export type { PostgresAddress } from './postgres/database.ts';
export { openStore, mayOpenLater, type StoreChoice } from './open-store.ts';
export { isStoreTrouble } from './store-unavailable.ts';
export { describeProblem } from './signatures.ts';
