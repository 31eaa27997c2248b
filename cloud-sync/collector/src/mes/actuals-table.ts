import type { PostgresAddress } from '../config/index.ts';
import { plainText } from '../records/index.ts';
import type { ActualsRow } from './actuals-ledger.ts';
import { type LineNames, lineOf } from './line-names.ts';
import { inPlantTransaction, quoted } from './plant-database.ts';

export interface ActualsTable {
  readonly database: PostgresAddress;
  readonly table: string;
  readonly lines: LineNames;
  /** For all of it. */
  readonly deadlineMs: number;
}

/** Columns of the table with their types; the first four are its key. */
const COLUMNS: Readonly<Record<string, string>> = {
  device: 'text',
  shift_from: 'timestamptz',
  shift: 'text',
  product: 'text',
  site: 'text',
  line: 'text',
  date: 'date',
  counted: 'bigint',
  planned: 'bigint',
  running_ms: 'bigint',
  down_ms: 'bigint',
  unknown_ms: 'bigint',
  counts: 'jsonb',
  as_of: 'timestamptz',
};
const KEY: readonly string[] = ['device', 'shift_from', 'shift', 'product'];

/**
 * Writes rows under their keys, all or none of them. The same row once more changes nothing, and what is older than what stands
 * there, as of a second collector that is behind, is left out.
 */
export async function writeActuals(
  table: ActualsTable,
  rows: readonly ActualsRow[],
  signal: AbortSignal,
): Promise<void> {
  const values = JSON.stringify(
    rows.map((row) => sqlRow(row, table.lines)),
    (_key, value: unknown) => (typeof value === 'string' ? plainText(value) : value),
  );
  await inPlantTransaction(table.database, { deadlineMs: table.deadlineMs, readOnly: false, signal }, async (db) => {
    await db.query(upsert(table.table), [values]);
  });
}

/** Lets the server plan the very statement: it checks table, columns, key and rights, and writes nothing. */
export async function checkActuals(
  { database, table, deadlineMs }: Omit<ActualsTable, 'lines'>,
  signal: AbortSignal,
): Promise<void> {
  await inPlantTransaction(database, { deadlineMs, readOnly: false, signal }, async (db) => {
    await db.query(`explain ${upsert(table)}`, ['[]']);
  });
}

function upsert(table: string): string {
  const names = Object.keys(COLUMNS);
  const rest = names.filter((name) => !KEY.includes(name));
  const types = Object.entries(COLUMNS).map(([name, type]) => `${name} ${type}`);
  const list = (prefix: string, of: readonly string[]): string => of.map((name) => `${prefix}${name}`).join(', ');
  return `insert into ${quoted(table)} as stands (${list('', names)})
    select ${list('given.', names)} from json_to_recordset($1::json) as given (${types.join(', ')})
    on conflict (${KEY.join(', ')}) do update set ${rest.map((name) => `${name} = excluded.${name}`).join(', ')}
    where stands.as_of <= excluded.as_of
      and (${list('stands.', rest)}) is distinct from (${list('excluded.', rest)})`;
}

function sqlRow(row: ActualsRow, lines: LineNames): object {
  const { site, line } = lineOf(row.device, lines);
  return {
    ...{ device: row.device, shift_from: new Date(row.shiftFromMs).toISOString(), shift: row.shift },
    ...{ product: row.product, site: site ?? '', line, date: row.date, counted: safe(row.counted) },
    planned: row.planned === null ? null : safe(row.planned),
    ...{ running_ms: safe(row.runningMs), down_ms: safe(row.downMs), unknown_ms: safe(row.unknownMs) },
    ...{ counts: row.counts, as_of: new Date(row.asOfMs).toISOString() },
  };
}

/** A sum of what a device says may be more than a number can hold. */
function safe(value: number): number {
  return Math.min(Number.MAX_SAFE_INTEGER, Math.max(Number.MIN_SAFE_INTEGER, value));
}
