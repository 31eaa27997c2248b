import type { PostgresAddress } from '../config/index.ts';
import { CollectorError } from '../errors/index.ts';
import { PostgresStore } from './postgres/postgres-store.ts';
import { SqliteStore } from './sqlite/sqlite-store.ts';
import type { CollectorStore } from './collector-store.ts';

export interface StoreChoice {
  readonly store: 'sqlite' | PostgresAddress;
  /** Data folder, in which SQLite keeps its file. */
  readonly data: string;
}

/** Opens the database that the configuration names; throws CollectorError. */
export async function openStore({ store, data }: StoreChoice): Promise<CollectorStore> {
  return store === 'sqlite' ? SqliteStore.open(data) : PostgresStore.open(store);
}

/** True for an error of `openStore` after which the database may answer later. */
export function mayOpenLater(error: unknown): boolean {
  return error instanceof CollectorError && error.code === 'store_unreachable';
}
