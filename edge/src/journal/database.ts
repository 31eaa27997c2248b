import { existsSync, readFileSync, statSync } from 'node:fs';
import Database from 'better-sqlite3';
import { restrictSync, systemCode } from '@lineside/kit';
import { JournalError, journalError } from './errors.ts';
import { checkVersion, makeDerivedTables, makeTelemetryIndex, migrate } from './schema.ts';

const BUSY_TIMEOUT_MS = 5_000;
const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
const FULL = 2;

/**
 * Opens or makes the journal's database for its one writer: WAL, an fsync per commit, a byte quota.
 * better-sqlite3 is built with WAL at `synchronous=NORMAL` and shows it only after the first write; an explicit FULL
 * sticks, and because losing it would be silent it is read back after a write, at every open.
 */
export function openForWriting(path: string, wallMs: number, quotaBytes: number): Database.Database {
  let database: Database.Database | undefined;
  try {
    database = new Database(path, { timeout: BUSY_TIMEOUT_MS });
    // SQLite gives the files beside it the rights that it has itself.
    restrictSync(path);
    checkVersion(database, path);
    database.pragma('auto_vacuum = INCREMENTAL');
    database.pragma('journal_mode = WAL');
    database.pragma('synchronous = FULL');
    database.pragma('foreign_keys = ON');
    database.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
    migrate(database, path, wallMs);
    makeDerivedTables(database);
    makeTelemetryIndex(database);
    const write = database.prepare(`INSERT INTO meta VALUES ('opened_wall_ms', ?)
      ON CONFLICT(key) DO UPDATE SET value = excluded.value`);
    // A page cap that is hit already must not keep the journal from opening: it is set after this write.
    write.run(String(wallMs));
    assertDurable(database, path);
    database.pragma(`max_page_count = ${pagesIn(database, quotaBytes)}`);
    return database;
  } catch (error) {
    database?.close();
    throw journalError(error, path, 'cannot open');
  }
}

/** Throws `journal_not_durable` unless commits are on the disk when they return. */
export function assertDurable(database: Database.Database, path: string): void {
  const synchronous = Number(database.pragma('synchronous', { simple: true }));
  const mode = String(database.pragma('journal_mode', { simple: true }));
  if (synchronous === FULL && mode === 'wal') return;
  throw new JournalError({
    code: 'journal_not_durable',
    message: `${path} runs with synchronous=${synchronous}, journal_mode=${mode} instead of 2, wal`,
    advice: 'put the data folder on a local disk; network file systems cannot hold a journal',
  });
}

/** Opens the journal for reading, also while a writer is at work. Close it soon: readers keep the WAL from shrinking. */
export function openForReading(path: string): Database.Database {
  if (!existsSync(path)) {
    throw new JournalError({
      code: 'journal_absent',
      message: `there is no journal at ${path}`,
      advice: 'point --data at the folder of a line that has run',
    });
  }
  let database: Database.Database | undefined;
  try {
    database = openReadOnly(path);
    if (checkVersion(database, path) === 0) {
      throw new JournalError({
        code: 'journal_foreign',
        message: `${path} is not a Lineside journal`,
        advice: 'point --data at the folder of a line that has run',
      });
    }
    return database;
  } catch (error) {
    database?.close();
    throw journalError(error, path, 'cannot read');
  }
}

/**
 * SQLite reads a WAL database only where it can make its shared-memory file. A copy on a medium that is read-only, with
 * no WAL beside it, is read from memory instead; bytes 18 and 19 of its header say "WAL" and must say "rollback" then.
 */
export function openReadOnly(path: string): Database.Database {
  const database = new Database(path, { readonly: true, fileMustExist: true, timeout: BUSY_TIMEOUT_MS });
  try {
    database.pragma('user_version');
    return database;
  } catch (error) {
    database.close();
    const code = systemCode(error) ?? '';
    const walBytes = statSync(`${path}-wal`, { throwIfNoEntry: false })?.size ?? 0;
    if (!(code.startsWith('SQLITE_CANTOPEN') || code.startsWith('SQLITE_READONLY')) || walBytes > 0) throw error;
  }
  const copy = readFileSync(path);
  copy.fill(1, 18, 20);
  return new Database(copy, { readonly: true });
}

/** Whether the database has as many pages as its quota allows; a full one that has not lies on a full disk. */
export function pagesUsedUp(database: Database.Database): boolean {
  const pages = (name: string): number => Number(database.pragma(name, { simple: true }));
  // A transaction that was rolled back leaves the file a little short of the cap.
  return pages('page_count') + 64 >= pages('max_page_count');
}

function pagesIn(database: Database.Database, bytes: number): number {
  return Math.max(64, Math.floor(bytes / Number(database.pragma('page_size', { simple: true }))));
}
