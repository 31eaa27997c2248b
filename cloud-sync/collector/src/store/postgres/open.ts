import type pg from 'pg';
import { messageOf, systemCode } from '@lineside/kit';
import { CollectorError } from '../../errors/index.ts';
import type { PostgresAddress } from '../../config/index.ts';
import { inTransaction, openPool, rowsOf } from './database.ts';
import { bookEarlierJournals } from './earlier-journals.ts';
import { bringEventsUpToDate } from './read-tables.ts';
import { MIGRATIONS, SCHEMA_VERSION } from './schema.ts';

/** Any number, the same in every collector: the one that migrates holds the lock. */
const MIGRATION_LOCK = 7_104_893;
/** The schema that has them. */
const BOOKS_OF_EARLIER_JOURNALS = 3;
const VERSIONS =
  'create table if not exists schema_versions (version integer primary key, applied_at timestamptz not null)';

/** Connects, migrates the schema and asserts durability; throws CollectorError, `store_unreachable` when trying again may help. */
export async function openPostgres(address: PostgresAddress): Promise<pg.Pool> {
  const pool = openPool(address);
  try {
    await assertDurable(pool);
    await inTransaction(pool, async (tx) => {
      await tx.query(`select pg_advisory_xact_lock(${MIGRATION_LOCK})`);
      await tx.query(VERSIONS);
      const [row] = await rowsOf<{ version: number | null }>(tx, 'select max(version) as version from schema_versions');
      const version = row?.version ?? 0;
      if (version > SCHEMA_VERSION) throw tooNew(where(address), version);
      for (const [index, step] of MIGRATIONS.entries()) {
        if (index < version) continue;
        await tx.query(step);
        await tx.query('insert into schema_versions values ($1, now())', [index + 1]);
      }
      if (version > 0 && version < BOOKS_OF_EARLIER_JOURNALS) await bookEarlierJournals(tx);
      await bringEventsUpToDate(tx);
    });
    await useTimescale(pool);
    return pool;
  } catch (cause) {
    await pool.end();
    throw explain(address, cause);
  }
}

/** An acknowledgement depends on the commit being on disk. */
async function assertDurable(pool: pg.Pool): Promise<void> {
  for (const setting of ['fsync', 'full_page_writes']) {
    const [row] = await rowsOf<Record<string, string>>(pool, `show ${setting}`);
    if (row?.[setting] !== 'on') throw notDurable(`${setting}=${String(row?.[setting])}`);
  }
  const level = await inTransaction(pool, async (tx) => {
    const [row] = await rowsOf<{ synchronous_commit: string }>(tx, 'show synchronous_commit');
    return row?.synchronous_commit;
  });
  if (level !== 'on') throw notDurable(`synchronous_commit=${String(level)}`);
}

/** Where TimescaleDB is installed, the inspection history is divided into chunks by time; `records` stays a plain table. */
async function useTimescale(pool: pg.Pool): Promise<void> {
  const [installed] = await rowsOf(pool, `select 1 from pg_extension where extname = 'timescaledb'`);
  if (installed === undefined) return;
  await pool.query(`select create_hypertable('inspection_history', 'at', if_not_exists => true, migrate_data => true)`);
}

function notDurable(setting: string): CollectorError {
  return new CollectorError({
    code: 'store_not_durable',
    message: `the database runs with ${setting}, so a commit may not be on disk`,
    advice: 'set fsync = on and full_page_writes = on in postgresql.conf; an acknowledgement depends on them',
  });
}

function tooNew(database: string, version: number): CollectorError {
  return new CollectorError({
    code: 'store_too_new',
    message: `the database ${database} was written by a newer collector (schema ${version}, this one knows ${SCHEMA_VERSION})`,
    advice: 'install that newer version, or use another database',
  });
}

function where({ host, port, database }: PostgresAddress): string {
  return `${database} at ${host}:${port}`;
}

function explain(address: PostgresAddress, cause: unknown): CollectorError {
  if (cause instanceof CollectorError) return cause;
  const code = systemCode(cause) ?? '';
  return new CollectorError({
    code: isRefusal(code) ? 'store_refused' : 'store_unreachable',
    message: `cannot use the database ${where(address)}: ${messageOf(cause)}`,
    advice: isRefusal(code)
      ? 'check user, password and database name of `store`; the user must be allowed to create tables there'
      : 'check that the database server runs and can be reached from here',
    cause,
  });
}

/** Wrong user, password, database or rights: waiting does not help. */
function isRefusal(code: string): boolean {
  return /^(28|3D|42)/.test(code);
}
