import { join } from 'node:path';

/** Path of the journal's database in a data folder. */
export function journalPath(data: string): string {
  return join(data, 'journal.db');
}
