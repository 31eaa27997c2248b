import { messageOf, systemCode } from '@lineside/kit';

// SQLSTATE classes of what was asked, not of the server: data, constraint, transaction state, deadlock, syntax, check.
const OF_THE_STATEMENT = /^(22|23|25P02|40|42|44)/;
const LOST =
  /^(Connection terminated|Connection ended|Client has encountered|Query read timeout|timeout exceeded when)/;

/**
 * True where the store as a whole is in trouble (disk full, I/O error, locked, server gone), so that trying in parts is
 * no use and trying later may be.
 */
export function isStoreTrouble(error: unknown): boolean {
  const code = systemCode(error) ?? '';
  if (code.startsWith('SQLITE_')) return /^SQLITE_(FULL|IOERR|BUSY|READONLY|CORRUPT|CANTOPEN|NOTADB)/.test(code);
  if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]+$/.test(code)) return !OF_THE_STATEMENT.test(code);
  return /^(E[A-Z_]+)$/.test(code) || LOST.test(messageOf(error));
}
