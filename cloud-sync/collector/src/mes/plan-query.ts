import type { PostgresAddress } from '../config/index.ts';
import {
  MOST_ROWS,
  MOST_TEXT,
  PLAN_COLUMNS,
  type PlanByLine,
  PlanRefusal,
  PRODUCT_COLUMNS,
  readRows,
  type TextRow,
} from './plan-rows.ts';
import { inPlantTransaction, type Queryable, quoted } from './plant-database.ts';

/** A query or a table of the configuration. */
export interface RowsFrom {
  readonly query?: string | undefined;
  readonly table?: string | undefined;
}

export interface PlanSource extends RowsFrom {
  readonly database: PostgresAddress;
  readonly products?: RowsFrom | undefined;
  /** For all of it. */
  readonly deadlineMs: number;
}

/** Reads the plans of all lines as they are now, reading only. Throws PlanRefusal, or what the database driver throws. */
export async function readPlan(
  { database, deadlineMs, products, ...plan }: PlanSource,
  signal: AbortSignal,
): Promise<PlanByLine> {
  return inPlantTransaction(database, { deadlineMs, readOnly: true, signal }, async (db) => {
    const rows = await textRows(db, plan, PLAN_COLUMNS, ['line', 'count']);
    const names = products === undefined ? [] : await textRows(db, products, PRODUCT_COLUMNS, ['product', 'name']);
    return readRows(rows, names);
  });
}

/**
 * The known columns as text. The server cuts what is too long and ends after the most rows, so that no more than that is
 * ever held here; what was cut is found by its length.
 */
async function textRows(
  db: Queryable,
  from: RowsFrom,
  columns: readonly string[],
  needed: readonly string[],
): Promise<readonly TextRow[]> {
  const text =
    from.table === undefined ? (from.query ?? '').replace(/[;\s]+$/, '') : `select * from ${quoted(from.table)}`;
  // The line break ends a comment at the end of the query.
  const inner = `(\n${text}\n) as given`;
  const { fields } = await db.query(oneStatement(`select * from ${inner} limit 0`));
  const known = columns.filter((column) => fields.some(({ name }) => name === column));
  const missing = needed.find((column) => !known.includes(column));
  if (missing !== undefined) throw new PlanRefusal(`no column is called ${missing}`);
  const list = known.map((column) => `left("${column}"::text, ${MOST_TEXT + 1}) as "${column}"`).join(', ');
  const { rows } = await db.query<TextRow>(oneStatement(`select ${list} from ${inner} limit ${MOST_ROWS + 1}`));
  return rows;
}

/** The extended protocol takes one statement only: a text that closes the bracket and begins another is refused. */
function oneStatement(text: string) {
  return { text, queryMode: 'extended' };
}
