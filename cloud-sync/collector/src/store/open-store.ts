import { CollectorError } from '../errors.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import type { PostgresAddress } from './postgres/database.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';
import type { CollectorStore } from './store.ts';

export interface StoreChoice {
  readonly store: 'sqlite' | PostgresAddress;
  /** Data folder, where SQLite keeps its file. */
  readonly data: string;
}

/** Opens what the configuration names; throws CollectorError. */
export async function openStore({ store, data }: StoreChoice): Promise<CollectorStore> {
  return store === 'sqlite' ? SqliteStore.open(data) : PostgresStore.open(store);
}

/** True for what `openStore` throws when the database may answer later. */
export function mayOpenLater(error: unknown): boolean {
  return error instanceof CollectorError && error.code === 'store_unreachable';
}
