import Database from 'better-sqlite3';
import { restrictSync, systemCode } from '@lineside/kit';
import { JournalError, journalError } from './errors.ts';

/**
 * One writer per data folder. The lock is the operating system's, held through an open SQLite transaction on a file
 * of its own: it ends with the process, also after kill -9, so nothing has to be removed by hand. Nothing else in this process may
 * open that file: POSIX drops a process's locks when any descriptor of the file is closed.
 */
export class WriterLock {
  readonly #database: Database.Database;

  private constructor(database: Database.Database) {
    this.#database = database;
  }

  /** Takes the lock beside the journal at `journalPath`. Throws `journal_locked` where another process holds it. */
  static take(journalPath: string): WriterLock {
    const path = `${journalPath}.lock`;
    let database: Database.Database | undefined;
    try {
      database = new Database(path, { timeout: 0 });
      restrictSync(path);
      database.exec('BEGIN EXCLUSIVE');
      return new WriterLock(database);
    } catch (error) {
      database?.close();
      if (systemCode(error)?.startsWith('SQLITE_BUSY') !== true) throw journalError(error, path, 'cannot lock');
      throw new JournalError({
        code: 'journal_locked',
        message: `another process is writing the journal ${journalPath}`,
        advice: 'stop the other `lineside run` (systemctl stop lineside), or give this one its own --data DIR',
        retry: 'later',
        cause: error,
      });
    }
  }

  release(): void {
    this.#database.close();
  }
}
