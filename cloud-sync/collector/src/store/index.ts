export * from './store.ts';
export { SqliteStore } from './sqlite/sqlite-store.ts';
