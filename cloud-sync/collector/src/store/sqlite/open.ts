import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makePrivateFolderSync, messageOf, restrictSync, systemCode } from '@lineside/kit';
import { CollectorError } from '../../errors/index.ts';
import { bookEarlierJournals } from './earlier-journals.ts';
import { bringEventsUpToDate } from './read-tables.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.ts';

const WAL_LIMIT_BYTES = 64 * 1024 * 1024;
const FULL = 2;
/** The schema that has them. */
const BOOKS_OF_EARLIER_JOURNALS = 4;

/** How long a transaction of another process is waited for. */
const BUSY_MS = 5000;

/** Opens or makes the store's file in `folder`; throws CollectorError when it is not usable, or busy for longer than `busyMs`. */
export function openDatabase(folder: string, busyMs = BUSY_MS): Database.Database {
  try {
    makePrivateFolderSync(folder);
    const path = join(folder, 'collector.sqlite');
    const db = new Database(path, { timeout: busyMs });
    // It holds the hashes of passwords. SQLite gives the files beside it the rights that it has itself.
    restrictSync(path);
    try {
      prepare(db, folder);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  } catch (cause) {
    if (cause instanceof CollectorError) throw cause;
    throw new CollectorError({
      code: 'store_unusable',
      message: `cannot use the store in ${folder}: ${messageOf(cause)}`,
      advice: adviceOn(systemCode(cause)),
      cause,
    });
  }
}

function adviceOn(code: string | undefined): string {
  if (code?.startsWith('SQLITE_BUSY') === true) {
    return 'another program is writing to the store, and nothing is wrong with it: do it again in a moment';
  }
  return code === 'SQLITE_NOTADB' || code === 'SQLITE_CORRUPT'
    ? 'put the damaged collector.sqlite aside and keep it; devices send again what they still hold'
    : 'check that the folder exists, is writable for this user and is on a local disk with space; see --data';
}

function prepare(db: Database.Database, folder: string): void {
  db.pragma('journal_mode = WAL');
  db.pragma('synchronous = FULL');
  db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
  db.pragma('foreign_keys = ON');
  migrate(db, folder);
  // better-sqlite3 lets WAL fall back to NORMAL at the first write unless FULL was asked for; an ack rests on this.
  db.exec(`update meta set value = value where name = 'credential_revision'`);
  const synchronous = db.pragma('synchronous', { simple: true });
  if (synchronous !== FULL) {
    throw new CollectorError({
      code: 'store_not_durable',
      message: `the store runs with synchronous=${String(synchronous)}, not FULL`,
      advice: 'this is a fault of the installation: report it, and do not use this collector',
    });
  }
}

function migrate(db: Database.Database, folder: string): void {
  db.transaction(() => {
    const version = Number(db.pragma('user_version', { simple: true }));
    if (version > SCHEMA_VERSION) {
      throw new CollectorError({
        code: 'store_too_new',
        message: `the store in ${folder} was written by a newer collector (schema ${version}, this one knows ${SCHEMA_VERSION})`,
        advice: 'install that version again, or use another --data folder',
      });
    }
    for (const step of MIGRATIONS.slice(version)) db.exec(step);
    if (version > 0 && version < BOOKS_OF_EARLIER_JOURNALS) bookEarlierJournals(db);
    bringEventsUpToDate(db);
    db.pragma(`user_version = ${SCHEMA_VERSION}`);
  }).immediate();
}
