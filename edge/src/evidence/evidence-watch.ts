import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { messageOf } from '@lineside/kit';
import type { JournalAlarms } from '../journal/index.ts';

/** Watches that pictures can be written: without that, events are recorded without them. */
export class EvidenceWatch {
  readonly #folder: string;
  readonly #alarms: Pick<JournalAlarms, 'raise' | 'clear'>;

  constructor(folder: string, alarms: Pick<JournalAlarms, 'raise' | 'clear'>) {
    this.#folder = folder;
    this.#alarms = alarms;
  }

  /** Makes a file and removes it: a folder may be writable and yet have no inode left. */
  round(): void {
    const path = join(this.#folder, `.writable-${process.pid}`);
    try {
      mkdirSync(this.#folder, { recursive: true, mode: 0o750 });
      writeFileSync(path, '');
      rmSync(path);
      this.#alarms.clear('evidence_unwritable');
    } catch (error) {
      this.#alarms.raise('evidence_unwritable', `no picture can be kept in ${this.#folder}: ${messageOf(error)}`);
    }
  }
}
