import { messageOf, systemCode } from '@lineside/kit';
import { StoreUnavailable } from '../ingest/index.ts';

// SQLSTATE classes that concern the statement and not the server: data, constraint, transaction, deadlock, syntax, check.
const OF_THE_STATEMENT = /^(22|23|25P02|40|42|44)/;
const LOST =
  /^(Connection terminated|Connection ended|Client has encountered|Query read timeout|timeout exceeded when)/;

/** Rejects with StoreUnavailable where `work` fails because the database as a whole cannot write now. */
export async function orUnavailable<T>(work: () => Promise<T> | T): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw concernsWholeStore(error) ? new StoreUnavailable(messageOf(error), error) : error;
  }
}

function concernsWholeStore(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  if (code.startsWith('SQLITE_')) return /^SQLITE_(FULL|IOERR|BUSY|READONLY|CORRUPT|CANTOPEN|NOTADB)/.test(code);
  if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)) return !OF_THE_STATEMENT.test(code);
  return /^(E[A-Z_]+)$/.test(code) || LOST.test(messageOf(error));
}
