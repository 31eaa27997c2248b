import pg from 'pg';
import type { PostgresAddress } from '../../config/index.ts';

/** What runs statements: a pool, or the one connection of a transaction. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

const CONNECT_MS = 5000;
const STATEMENT_MS = 20_000;
// A collector whose machine failed must not lock the rows of its devices for longer.
const ABANDONED_MS = 30_000;
const INT8 = 20;

/** A bounded pool whose sessions commit to disk before they answer. Connects when first used. */
export function openPool(address: PostgresAddress): pg.Pool {
  const types = new pg.TypeOverrides();
  // Numbers of records and milliseconds are safe integers.
  types.setTypeParser(INT8, Number);
  const { host, port, database, user, password, tls, connections } = address;
  const pool = new pg.Pool({
    ...{ host, port, database, user, types },
    // Without a password pg would look for one in files of the user who runs this process.
    password: password ?? '',
    ssl: tls === false ? false : { rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }) },
    max: connections,
    application_name: 'lineside-collector',
    connectionTimeoutMillis: CONNECT_MS,
    idleTimeoutMillis: 30_000,
    query_timeout: STATEMENT_MS + 5000,
    statement_timeout: STATEMENT_MS,
    lock_timeout: STATEMENT_MS,
    idle_in_transaction_session_timeout: ABANDONED_MS,
    keepAlive: true,
    keepAliveInitialDelayMillis: 10_000,
  });
  // A connection may fail at any moment, in use or idle. Its user learns that from the query that fails; without a
  // listener the event alone would end the process.
  pool.on('error', ignored);
  pool.on('connect', (client) => client.on('error', ignored));
  return pool;
}

function ignored(): void {
  return undefined;
}

/** Runs `work` in one transaction whose commit waits for the disk, whatever the server's default is. */
export async function inTransaction<T>(pool: pg.Pool, work: (tx: Queryable) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query('begin; set local synchronous_commit = on');
    const result = await work(client);
    await client.query('commit');
    return result;
  } catch (error) {
    // When the connection itself has failed there is nothing to roll back, and it must not return to the pool.
    broken = await client.query('rollback').then(
      () => undefined,
      (failure: unknown) => (failure instanceof Error ? failure : new Error(String(failure))),
    );
    throw error;
  } finally {
    client.release(broken);
  }
}

/** Rows of one statement. */
export async function rowsOf<Row extends object>(
  db: Queryable,
  text: string,
  values: readonly unknown[] = [],
): Promise<Row[]> {
  return (await db.query<Row & pg.QueryResultRow>(text, [...values])).rows;
}
