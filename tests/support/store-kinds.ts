import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { type CollectorStore, PostgresStore, SqliteStore } from '../../cloud-sync/collector/src/store/index.ts';
import { TestPostgres } from './postgres.ts';

/** A kind of database, as the tests of both stores need it. */
export interface StoreKind {
  readonly name: string;
  readonly prepare: () => Promise<void>;
  readonly end: () => Promise<void>;
  readonly place: () => Promise<StorePlace>;
}

/** A place for one store that no other test uses. */
export interface StorePlace {
  readonly open: () => Promise<CollectorStore>;
  /** Changes the database without the store, as somebody who edits records would. */
  readonly tamper: (sql: string) => Promise<void>;
  readonly remove: () => Promise<void>;
}

const sqlite: StoreKind = {
  name: 'SQLite',
  prepare: async () => undefined,
  end: async () => undefined,
  place: async () => {
    const folder = mkdtempSync(join(tmpdir(), 'collector-store-'));
    return {
      open: async () => SqliteStore.open(folder),
      tamper: async (sql) => {
        const db = new Database(join(folder, 'collector.sqlite'));
        db.pragma('foreign_keys = OFF');
        db.exec(sql);
        db.close();
      },
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    };
  },
};

let server: TestPostgres;
const postgres: StoreKind = {
  name: 'PostgreSQL',
  prepare: async () => {
    server = await TestPostgres.start();
  },
  end: async () => server[Symbol.asyncDispose](),
  place: async () => {
    const database = await server.database();
    return {
      open: async () => PostgresStore.open({ ...server.address(database), tls: false, connections: 4 }),
      tamper: async (sql) => {
        await server.run(database, sql);
      },
      remove: async () => undefined,
    };
  },
};

/** Both databases that the collector supports. */
export const STORE_KINDS: readonly StoreKind[] = [sqlite, postgres];
