import { statSync } from 'node:fs';
import type { JournalAlarms } from './alarms.ts';
import type { Journal } from './journal.ts';

const ALARM_BYTES = 128 * 1024 * 1024;
/** A smaller WAL of an idle journal is left alone: emptying it costs a sync too. */
const WORTH_BYTES = 1024 * 1024;

/**
 * Keeps the WAL small without waiting for a reader: checkpoints passively, and truncates when nothing was written since
 * the last round. A WAL that still grows is held by a reader that does not end.
 */
export class WalWatch {
  readonly #journal: Journal;
  readonly #path: string;
  readonly #alarms: JournalAlarms;
  #total = -1;

  constructor(journal: Journal, path: string, alarms: JournalAlarms) {
    this.#journal = journal;
    this.#alarms = alarms;
    this.#path = `${path}-wal`;
  }

  get bytes(): number {
    return statSync(this.#path, { throwIfNoEntry: false })?.size ?? 0;
  }

  round(): void {
    const total = Object.values(this.#journal.ends()).reduce((sum, end) => sum + end.seq, 0);
    const idle = total === this.#total;
    this.#total = total;
    this.#journal.checkpoint(idle && this.bytes >= WORTH_BYTES);
    const { bytes } = this;
    if (bytes > ALARM_BYTES)
      this.#alarms.raise('wal_large', `${this.#path} has grown to ${Math.round(bytes / 1e6)} MB`);
    else this.#alarms.clear('wal_large');
  }
}
