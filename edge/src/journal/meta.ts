import type Database from 'better-sqlite3';
import { chainStart, STREAMS } from '@lineside/protocol/records';
import { JournalError } from './errors.ts';
import { StreamTable } from './stream-table.ts';

export function readMeta(database: Database.Database, key: string): string | undefined {
  return database.prepare<[string], string>('SELECT value FROM meta WHERE key = ?').pluck().get(key);
}

export function readNumber(database: Database.Database, key: string): number {
  return Number(readMeta(database, key) ?? 0);
}

export function writeMeta(database: Database.Database, key: string, value: string): void {
  database
    .prepare('INSERT INTO meta VALUES (?, ?) ON CONFLICT(key) DO UPDATE SET value = excluded.value')
    .run(key, value);
}

/**
 * Gives a new journal its device, epoch and streams, in one transaction; returns the epoch. Throws
 * `journal_other_device` where it belongs to another: its chain is bound to that name.
 */
export function initialiseIdentity(
  database: Database.Database,
  path: string,
  device: string,
  random: (count: number) => Uint8Array,
): string {
  return database
    .transaction(() => {
      const owner = readMeta(database, 'device');
      const known = readMeta(database, 'epoch');
      if (owner !== undefined && known !== undefined) {
        if (owner === device) return known;
        throw new JournalError({
          code: 'journal_other_device',
          message: `${path} belongs to device ${owner}, not ${device}`,
          advice: `set device: ${owner} again, or give ${device} a data folder of its own`,
        });
      }
      const epoch = Buffer.from(random(8)).toString('hex');
      writeMeta(database, 'device', device);
      writeMeta(database, 'epoch', epoch);
      for (const stream of STREAMS) {
        const start = chainStart(device, epoch, stream);
        const empty = { next: 1, head: start, base: 0, baseHash: start, acked: 0, sack: [], declared: 0, bytes: 0 };
        new StreamTable(database, stream).write(empty);
      }
      return epoch;
    })
    .immediate();
}

/** Identity of the device that writes this journal; empty where the file names none. */
export function readDevice(database: Database.Database): string {
  return readMeta(database, 'device') ?? '';
}
