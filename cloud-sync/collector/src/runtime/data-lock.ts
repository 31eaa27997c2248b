import { join } from 'node:path';
import Database from 'better-sqlite3';
import { makePrivateFolderSync, messageOf, restrictSync, systemCode } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';

/**
 * One collector per data folder. The lock belongs to the operating system, held through an open transaction on a file of
 * its own: it ends with the process, however that ends. Nothing else in this process may open the file.
 */
export class DataLock {
  readonly #db: Database.Database;

  private constructor(db: Database.Database) {
    this.#db = db;
  }

  /** Throws CollectorError `data_locked` where another collector runs. */
  static take(folder: string): DataLock {
    // Another command may check whether a collector runs, and holds the lock for that moment.
    const lock = DataLock.#try(folder, 500);
    if (lock !== undefined) return lock;
    throw new CollectorError({
      code: 'data_locked',
      message: `another collector runs on ${folder}`,
      advice: 'stop it first, or give this one its own --data folder',
    });
  }

  /** True while a collector runs on `folder`. */
  static isTaken(folder: string): boolean {
    const lock = DataLock.#try(folder, 0);
    lock?.release();
    return lock === undefined;
  }

  static #try(folder: string, timeoutMs: number): DataLock | undefined {
    let db: Database.Database | undefined;
    try {
      makePrivateFolderSync(folder);
      const path = join(folder, 'collector.lock');
      db = new Database(path, { timeout: timeoutMs });
      restrictSync(path);
      db.exec('begin exclusive');
      return new DataLock(db);
    } catch (cause) {
      db?.close();
      if (systemCode(cause)?.startsWith('SQLITE_BUSY') === true) return undefined;
      throw new CollectorError({
        code: 'data_unusable',
        message: `cannot use ${folder}: ${messageOf(cause)}`,
        advice: 'give a folder that this user can write to: --data DIR',
        cause,
      });
    }
  }

  release(): void {
    this.#db.close();
  }
}
