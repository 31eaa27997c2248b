import { statSync } from 'node:fs';
import type { JournalAlarms } from './alarms.ts';
import { openForReading } from './database.ts';
import { journalError } from './errors.ts';
import { readMeta } from './meta.ts';

interface FileWatchOptions {
  readonly path: string;
  readonly epoch: string;
  readonly alarms: JournalAlarms;
  /** Called once, when the file is not, or no longer holds, the journal that is open. */
  readonly onReplaced: () => void;
}

/**
 * Watches that the file at the journal's path is still the one that this process writes to. Where it was deleted or
 * replaced, records go on into a file that nobody else can open: closing the journal copies it, and the next opening goes
 * on with the copy.
 */
export class FileWatch {
  readonly #options: FileWatchOptions;
  readonly #inode: number;
  #reported = false;

  private constructor(options: FileWatchOptions, inode: number) {
    this.#options = options;
    this.#inode = inode;
  }

  /** Watches the file of a journal that was opened just now. */
  static of(options: FileWatchOptions): FileWatch {
    return new FileWatch(options, statSync(options.path).ino);
  }

  round(): void {
    const { path, alarms, onReplaced } = this.#options;
    const fault = this.#fault();
    if (fault === undefined) {
      alarms.clear('journal_replaced');
      return;
    }
    alarms.raise('journal_replaced', `${path} ${fault} while this service runs`);
    if (this.#reported) return;
    this.#reported = true;
    onReplaced();
  }

  #fault(): string | undefined {
    const { path, epoch } = this.#options;
    const found = statSync(path, { throwIfNoEntry: false });
    if (found === undefined) return 'was deleted';
    if (found.ino !== this.#inode) return 'was replaced by another file';
    if (found.size === 0) return 'was emptied';
    try {
      const database = openForReading(path);
      try {
        return readMeta(database, 'epoch') === epoch ? undefined : 'was overwritten with another journal';
      } finally {
        database.close();
      }
    } catch (error) {
      const { code } = journalError(error, path, 'cannot read');
      return code === 'journal_damaged' || code === 'journal_foreign' ? 'was overwritten' : undefined;
    }
  }
}
