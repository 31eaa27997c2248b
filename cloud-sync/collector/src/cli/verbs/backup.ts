import { existsSync } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Command } from 'commander';
import type { SqliteStore } from '../../store/index.ts';
import { action, type Context, examples, type Registry } from '../context.ts';
import { EXIT, type ExitCode } from '../exit.ts';

/** `lineside-collector backup` */
export function configure(command: Command, registry: Registry): void {
  command
    .argument('<file>', 'where the copy goes; must not exist')
    .description(
      `Copies the store, complete as of one moment, while a collector may use it. With PostgreSQL use pg_dump. Pictures are files of their own: copy media/ of the data folder after it. --json: one line {file, records}.`,
    )
    .addHelpText('after', examples('lineside-collector backup ./collector-monday.sqlite --data ./collector'))
    .action(action(registry, backup));
}

async function backup(context: Context, _options: object, [file = '']: readonly string[]): Promise<ExitCode> {
  const config = await context.config();
  const { UsageError } = await import('../../errors/index.ts');
  const { SqliteStore: Sqlite } = await import('../../store/index.ts');
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
  const records = await context.withStore(config, async (store) => {
    if (!(store instanceof Sqlite)) throw new Error('the store is not the file that was configured');
    await writeCopy(store, file);
    return Object.values((await store.records.totals()).records).reduce((sum, n) => sum + n, 0);
  });
  const text = `${file}: ${records} records. To restore: put it into an empty data folder as collector.sqlite.`;
  context.say({ file, records }, text);
  return EXIT.ok;
}

/** Under another name until it is complete, so that half a copy is not taken for one. */
async function writeCopy(store: SqliteStore, file: string): Promise<void> {
  const { syncFolder } = await import('@lineside/kit');
  const partial = `${file}.partial`;
  try {
    await store.backup(partial);
    await rename(partial, file);
    await syncFolder(dirname(file));
  } finally {
    await rm(partial, { force: true });
  }
}
