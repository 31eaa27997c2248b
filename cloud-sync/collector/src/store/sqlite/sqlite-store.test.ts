import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { MIGRATIONS } from './schema.ts';
import { SqliteStore } from './sqlite-store.ts';

let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'collector-sqlite-'));
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function withFile<T>(work: (db: Database.Database) => T): T {
  const db = new Database(join(folder, 'collector.sqlite'));
  try {
    return work(db);
  } finally {
    db.close();
  }
}

describe('the file of a store', () => {
  it('is refused when a newer collector wrote it', async () => {
    await SqliteStore.open(folder).close();
    withFile((db) => db.pragma('user_version = 99'));
    expect(() => SqliteStore.open(folder)).toThrow(/newer collector/);
  });

  it('is migrated from the first schema with its contents', async () => {
    withFile((db) => {
      db.exec(MIGRATIONS[0] ?? '');
      db.pragma('user_version = 1');
      db.exec(`insert into media values ('${'a'.repeat(64)}', 'line-1', 3, 'image/jpeg', 7)`);
    });
    const store = SqliteStore.open(folder);
    expect(await store.media.get('a'.repeat(64))).toMatchObject({ bytes: 3, storedAtMs: 7 });
    await store.close();
    expect(withFile((db) => db.pragma('user_version', { simple: true }))).toBe(MIGRATIONS.length);
  });
});
