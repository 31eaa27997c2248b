import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import { syncFolder } from '@lineside/kit';
import { UsageError } from '../errors/index.ts';
import { SqliteStore } from '../store/index.ts';
import { configOf, existingStore, withStore } from './options.ts';
import { EXIT, say, sayJson } from './io.ts';

export function addBackup(program: Command, exit: (code: number) => void): void {
  program
    .command('backup')
    .argument('<file>', 'where the copy goes; must not exist')
    .description(
      `Copies the store, whole as of one moment, while a collector may run on it. With PostgreSQL use pg_dump. Pictures are
files of their own: copy media/ of the data folder after it. --json: one line {file, records}.`,
    )
    .addHelpText('after', '\nExample:\n  lineside-collector backup ./collector-monday.sqlite --data ./cloud')
    .action(async (file: string, _options: unknown, command: Command) => {
      const { json, config } = configOf(command);
      if (config.store !== 'sqlite') {
        throw new UsageError({
          code: 'backup_by_pg_dump',
          message: 'the store is a PostgreSQL database, which has tools of its own',
          advice: `pg_dump --format=custom --file=${file} ${config.store.database}`,
        });
      }
      if (existsSync(file)) {
        throw new UsageError({
          code: 'backup_exists',
          message: `${file} exists`,
          advice: 'name a file that does not; nothing is overwritten',
        });
      }
      const records = await withStore(existingStore(config), async (store) => {
        if (!(store instanceof SqliteStore)) throw new Error('the store is not the file that was configured');
        await writeCopy(store, file);
        return Object.values((await store.records.totals()).records).reduce((sum, n) => sum + n, 0);
      });
      if (json) sayJson({ file, records });
      else say(`${file}: ${records} records. To restore: put it into an empty data folder as collector.sqlite.`);
      exit(EXIT.ok);
    });
}

/** Half a copy must not be taken for one. */
async function writeCopy(store: SqliteStore, file: string): Promise<void> {
  const partial = `${file}.partial`;
  try {
    await store.backup(partial);
    await rename(partial, file);
    await syncFolder(dirname(file));
  } finally {
    await rm(partial, { force: true });
  }
}
