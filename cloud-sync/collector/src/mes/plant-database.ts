import { messageOf, systemCode } from '@lineside/kit';
import pg from 'pg';
import type { PostgresAddress } from '../config/index.ts';

/** What runs a statement. */
export type Queryable = Pick<pg.ClientBase, 'query'>;

export interface TransactionOptions {
  readonly deadlineMs: number;
  readonly readOnly: boolean;
  readonly signal: AbortSignal;
}

/** The server ends a statement itself; this long after that it is given up here. */
const ANSWER_MS = 1000;

/**
 * Runs `work` in one transaction on a connection of its own, which is closed after it: between two looks a plant's server
 * keeps nothing of the collector. The server ends a statement that takes longer than `deadlineMs`; a little later all of it is given up
 * here, and at once when `signal` aborts. With `readOnly` the server itself refuses what would change something, whatever the role may do.
 */
export async function inPlantTransaction<T>(
  address: PostgresAddress,
  { deadlineMs, readOnly, signal }: TransactionOptions,
  work: (db: Queryable) => Promise<T>,
): Promise<T> {
  const { host, port, database, user, password, tls } = address;
  const client = new pg.Client({
    ...{ host, port, database, user },
    // Without a password pg would look for one in files of the user who runs this process.
    password: password ?? '',
    ssl: tls === false ? false : { rejectUnauthorized: true, ...(tls.ca !== undefined && { ca: tls.ca }) },
    application_name: 'lineside-collector',
    connectionTimeoutMillis: deadlineMs,
    statement_timeout: deadlineMs,
    lock_timeout: deadlineMs,
    query_timeout: deadlineMs + ANSWER_MS,
    idle_in_transaction_session_timeout: 2 * deadlineMs + ANSWER_MS,
  });
  // Its user learns of a failure from the statement that fails; without a listener the event alone would end the process.
  client.on('error', () => undefined);
  const transaction = async (): Promise<T> => {
    await client.connect();
    await client.query(`begin transaction ${readOnly ? 'read only' : 'read write'}`);
    await client.query(`set local datestyle = 'ISO'`);
    const result = await work(client);
    await client.query('commit');
    return result;
  };
  const ended = AbortSignal.any([signal, AbortSignal.timeout(deadlineMs + ANSWER_MS)]);
  try {
    return await Promise.race([transaction(), whenAborted(ended)]);
  } finally {
    // What is not committed is rolled back by that. A network that swallows the farewell must not hold up the next look.
    void client.end().catch(() => undefined);
  }
}

/** Rejects with the reason of `signal` when that aborts. */
function whenAborted(signal: AbortSignal): Promise<never> {
  const { promise, reject } = Promise.withResolvers<never>();
  const fail = (): void => reject(signal.reason instanceof Error ? signal.reason : new Error('aborted'));
  if (signal.aborted) fail();
  else signal.addEventListener('abort', fail, { once: true });
  return promise;
}

/** `schema.table` or `table` of the configuration, quoted. */
export function quoted(table: string): string {
  return table
    .split('.')
    .map((part) => `"${part}"`)
    .join('.');
}

/** What went wrong, for people. Neither the driver's messages nor these hold a password. */
export function problemOf(error: unknown): string {
  const code = systemCode(error) ?? '';
  if (code === '57014') return 'the statement took longer than the deadline and was ended';
  if (error instanceof Error && error.name === 'TimeoutError') return 'the server did not answer within the deadline';
  if (/^28/.test(code)) return `the server refuses the user: ${messageOf(error)}`;
  return messageOf(error);
}
