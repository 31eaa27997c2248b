import { statSync } from 'node:fs';
import type { JournalAlarms } from './alarms.ts';
import { openForReading } from './database.ts';
import { journalError } from './errors.ts';
import { readMeta } from './meta.ts';

/**
 * Watches that the file at the journal's path is still the one that this process writes to. Where it was deleted or
 * replaced, records go on into a file that nobody can open again: they reach the collector, and are lost with a restart.
 */
export class FileWatch {
  readonly #path: string;
  readonly #epoch: string;
  readonly #alarms: JournalAlarms;
  readonly #inode: number;

  private constructor(path: string, epoch: string, alarms: JournalAlarms, inode: number) {
    this.#path = path;
    this.#epoch = epoch;
    this.#alarms = alarms;
    this.#inode = inode;
  }

  /** Watches the file of a journal that was opened just now. */
  static of(path: string, epoch: string, alarms: JournalAlarms): FileWatch {
    return new FileWatch(path, epoch, alarms, statSync(path).ino);
  }

  round(): void {
    const fault = this.#fault();
    if (fault === undefined) this.#alarms.clear('journal_replaced');
    else this.#alarms.raise('journal_replaced', `${this.#path} ${fault} while this service runs`);
  }

  #fault(): string | undefined {
    const found = statSync(this.#path, { throwIfNoEntry: false });
    if (found === undefined) return 'was deleted';
    if (found.ino !== this.#inode) return 'was replaced by another file';
    if (found.size === 0) return 'was emptied';
    try {
      const database = openForReading(this.#path);
      try {
        return readMeta(database, 'epoch') === this.#epoch ? undefined : 'was overwritten with another journal';
      } finally {
        database.close();
      }
    } catch (error) {
      const { code } = journalError(error, this.#path, 'cannot read');
      return code === 'journal_damaged' || code === 'journal_foreign' ? 'was overwritten' : undefined;
    }
  }
}
