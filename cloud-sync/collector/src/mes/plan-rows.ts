import { z } from 'zod';

/** Why a plan is not taken; nothing of it is. */
export class PlanRefusal extends Error {
  override readonly name = 'PlanRefusal';
}

/** One row of the plan of a line, in the form that devices read: without a date for every day, without a shift for all. */
export interface PlannedRow {
  readonly date?: string | undefined;
  readonly shift?: string | undefined;
  readonly product?: string | undefined;
  readonly name?: string | undefined;
  readonly count: number;
  /** What a pack of the product is to weigh, in the unit of the line's scale, and how much less and more it may. */
  readonly weight?: number | undefined;
  readonly under?: number | undefined;
  readonly over?: number | undefined;
}

/** Plans by `lineKey`. */
export type PlanByLine = ReadonlyMap<string, readonly PlannedRow[]>;

/** What a database gave for a row: text by column, as it stands there. */
export type TextRow = Readonly<Record<string, string | null>>;

export const MOST_ROWS = 50_000;
/** What a device takes of a plan. */
const MOST_LINE_ROWS = 5000;
const MOST_LINE_BYTES = 1024 * 1024;
/** Longest text of any column; one character more is asked for, so that a longer one shows. */
export const MOST_TEXT = 128;

/** Columns of a plan, in the order in which they are documented. */
const WEIGHT_COLUMNS = ['weight', 'under', 'over'] as const;
export const PLAN_COLUMNS = ['site', 'line', 'date', 'shift', 'product', 'name', 'count', ...WEIGHT_COLUMNS] as const;
export const PRODUCT_COLUMNS = ['product', 'name', ...WEIGHT_COLUMNS] as const;

const word = (most: number) =>
  z
    .string()
    .trim()
    .min(1)
    .max(most)
    .regex(/^\P{Cc}*$/u, 'has control characters');
const amount = z
  .string()
  .regex(/^\d{1,7}(\.\d{1,9})?$/, 'is not a number above 0')
  .transform(Number)
  .pipe(z.number().positive().max(1e6));
const weights = { weight: amount.optional(), under: amount.optional(), over: amount.optional() };
const Row = z.object({
  site: word(64).optional(),
  line: word(64),
  date: z.iso.date('is not a date like 2026-03-02').optional(),
  shift: word(32).optional(),
  product: word(64).optional(),
  name: word(MOST_TEXT).optional(),
  count: z
    .string()
    .regex(/^\d{1,10}(\.0+)?$/, 'is not a whole number from 0 on')
    .transform(Number)
    .pipe(z.int().max(1e9)),
  ...weights,
});
const Product = z.object({ product: word(64), name: word(MOST_TEXT), ...weights });

/** Key of a line of a plan. */
export function lineKey({ site, line }: { readonly site?: string | undefined; readonly line: string }): string {
  return JSON.stringify([site ?? '', line]);
}

/**
 * Reads the rows of a plan, and names and weights from a list of products for those that have none.
 *
 * @throws PlanRefusal with the row that is wrong. Nothing of a plan with a mistake is taken.
 */
export function readRows(plan: readonly TextRow[], products: readonly TextRow[] = []): PlanByLine {
  const known = new Map(checked(products, Product, 'product').map((one) => [one.product, one]));
  const lines = new Map<string, PlannedRow[]>();
  const seen = new Set<string>();
  for (const [n, { site, line, ...row }] of checked(plan, Row, 'row').entries()) {
    const key = lineKey({ site, line });
    const same = JSON.stringify([key, row.date, row.shift, row.product]);
    if (seen.has(same)) throw new PlanRefusal(`row ${n + 1} plans the same line, day, shift and product once more`);
    seen.add(same);
    const listed = row.product === undefined ? undefined : known.get(row.product);
    const rows = lines.get(key) ?? [];
    rows.push(completed(row, listed));
    lines.set(key, rows);
  }
  for (const [key, rows] of lines) {
    assertFits(key, rows);
    assertWeights(key, rows);
  }
  // In an order of its own: a database gives rows in any, and the same plan must be the same document.
  return new Map([...lines].map(([key, rows]) => [key, rows.toSorted(byKey)]));
}

/** A weight comes as a whole from the row or from the list: limits of one beside the weight of the other mean nothing. */
function completed(row: PlannedRow, listed: z.output<typeof Product> | undefined): PlannedRow {
  const { name = listed?.name, weight, under, over } = row;
  const isOwn = (weight ?? under ?? over) !== undefined;
  return {
    ...row,
    ...(name === undefined ? {} : { name }),
    ...(isOwn || listed === undefined ? {} : weightOf(listed)),
  };
}

function weightOf({ weight, under, over }: z.output<typeof Product>): Partial<PlannedRow> {
  return {
    ...(weight === undefined ? {} : { weight }),
    ...(under === undefined ? {} : { under }),
    ...(over === undefined ? {} : { over }),
  };
}

/** A device refuses a plan in which this is wrong. */
function assertWeights(key: string, rows: readonly PlannedRow[]): void {
  const known = new Map<string, string>();
  for (const { product, weight, under, over } of rows) {
    const problem = (text: string): PlanRefusal => new PlanRefusal(`the plan of line ${key} ${text}`);
    if (weight === undefined && (under ?? over) === undefined) continue;
    if (product === undefined) throw problem('gives a weight without a product');
    if (weight === undefined)
      throw problem(`says for product ${product} how much less or more is allowed, but no weight`);
    if (under !== undefined && under >= weight)
      throw problem(`allows that a pack of product ${product} weighs nothing`);
    const target = JSON.stringify([weight, under, over]);
    if ((known.get(product) ?? target) !== target) throw problem(`gives product ${product} two weights`);
    known.set(product, target);
  }
}

function byKey(a: PlannedRow, b: PlannedRow): number {
  const key = ({ date, shift, product }: PlannedRow): string =>
    JSON.stringify([date ?? '', shift ?? '', product ?? '']);
  return key(a) < key(b) ? -1 : 1;
}

function checked<T>(rows: readonly TextRow[], schema: z.ZodType<T>, what: string): T[] {
  if (rows.length > MOST_ROWS)
    throw new PlanRefusal(`there are more than ${MOST_ROWS} rows: restrict the query by date`);
  return rows.map((row, n) => {
    const filled = Object.entries(row).filter(([, text]) => text !== null && text.trim() !== '');
    const { data, error } = schema.safeParse(Object.fromEntries(filled));
    if (data !== undefined) return data;
    const [issue] = error?.issues ?? [];
    throw new PlanRefusal(`${what} ${n + 1}: ${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`);
  });
}

/** A device refuses a plan that is too large, so it must not be given one. */
function assertFits(key: string, rows: readonly PlannedRow[]): void {
  const advice = 'restrict the query by date';
  if (rows.length > MOST_LINE_ROWS)
    throw new PlanRefusal(`line ${key} has more than ${MOST_LINE_ROWS} rows: ${advice}`);
  if (Buffer.byteLength(JSON.stringify({ plan: rows })) > MOST_LINE_BYTES) {
    throw new PlanRefusal(`the plan of line ${key} is larger than ${MOST_LINE_BYTES} bytes: ${advice}`);
  }
}
