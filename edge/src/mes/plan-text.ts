import { z } from 'zod';

/** What a pack of a product is to weigh, in the unit of the scale, and how much less and more it may. */
export interface TargetWeight {
  readonly weight: number;
  readonly under?: number | undefined;
  readonly over?: number | undefined;
}

/** One line of a plan. Without a date it holds on every day, without a shift in every one, without a product for all. */
export interface PlannedRow {
  /** Day on which the shift starts, `YYYY-MM-DD` at the line. */
  readonly date?: string | undefined;
  readonly shift?: string | undefined;
  readonly product?: string | undefined;
  /** What people call the product. */
  readonly name?: string | undefined;
  readonly count: number;
  readonly weight?: number | undefined;
  readonly under?: number | undefined;
  readonly over?: number | undefined;
}

/** Why a plan cannot be read, with the line or entry. */
export class PlanTextError extends Error {
  override readonly name = 'PlanTextError';
}

export const MOST_PLAN_BYTES = 1024 * 1024;
const MOST_ROWS = 5_000;
const MOST_COLUMNS = 32;

const NUMBERS = ['count', 'weight', 'under', 'over'];

const word = (most: number) => z.string().trim().min(1).max(most);
const amount = z.number().positive().max(1e6);
const Row = z.object({
  date: z.iso.date().optional(),
  shift: word(32).optional(),
  product: word(64).optional(),
  name: word(128).optional(),
  count: z.int().min(0).max(1e9),
  weight: amount.optional(),
  under: amount.optional(),
  over: amount.optional(),
});
const Plan = z.union([z.array(Row).max(MOST_ROWS), z.object({ plan: z.array(Row).max(MOST_ROWS) })]);

/**
 * Reads a plan: CSV whose first line names the columns (`date`, `shift`, `product`, `name`, `count`, `weight`, `under`,
 * `over`; others are left out), divided by commas, semicolons or tabs; or JSON, an array of such objects, alone or as `plan`.
 *
 * @throws PlanTextError with the line or entry that is wrong. Nothing of a plan with a mistake is taken.
 */
export function readPlan(text: string, format: 'csv' | 'json'): readonly PlannedRow[] {
  const body = text.replace(/^\uFEFF/, '');
  if (Buffer.byteLength(body) > MOST_PLAN_BYTES) throw new PlanTextError(`is larger than ${MOST_PLAN_BYTES} bytes`);
  const rows = format === 'json' ? ofJson(body) : ofCsv(body);
  const keys = rows.map(({ date, shift, product }) => JSON.stringify([date, shift, product]));
  const twice = keys.findIndex((key, n) => keys.indexOf(key) !== n);
  if (twice >= 0) throw new PlanTextError(`entry ${twice + 1} plans the same day, shift and product once more`);
  assertWeights(rows);
  return rows;
}

/** The target weight of a product by a plan; undefined where the plan says none. */
export function targetOf(rows: readonly PlannedRow[], product: string | undefined): TargetWeight | undefined {
  const row = rows.find((one) => product !== undefined && one.product === product && one.weight !== undefined);
  return row?.weight === undefined ? undefined : { weight: row.weight, under: row.under, over: row.over };
}

/** A weight belongs to a product, and a product has one. */
function assertWeights(rows: readonly PlannedRow[]): void {
  const known = new Map<string, string>();
  for (const [n, { product, weight, under, over }] of rows.entries()) {
    const problem = (text: string): PlanTextError => new PlanTextError(`entry ${n + 1} ${text}`);
    if (weight === undefined && (under ?? over) === undefined) continue;
    if (product === undefined) throw problem('gives a weight without a product');
    if (weight === undefined) throw problem('says how much less or more is allowed, but not the weight');
    if (under !== undefined && under >= weight) throw problem('allows that a pack weighs nothing');
    const target = JSON.stringify([weight, under, over]);
    if ((known.get(product) ?? target) !== target) throw problem(`gives product ${product} another weight than before`);
    known.set(product, target);
  }
}

function ofJson(text: string): readonly PlannedRow[] {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new PlanTextError('is not JSON', { cause: error });
  }
  const plan = Plan.safeParse(value);
  if (!plan.success) throw new PlanTextError(wrongPlace(value) ?? 'is neither an array nor has it one as plan');
  return Array.isArray(plan.data) ? plan.data : plan.data.plan;
}

/** Zod says of a union only that none fits. */
function wrongPlace(value: unknown): string | undefined {
  const list: unknown = typeof value === 'object' && value !== null && 'plan' in value ? value.plan : value;
  if (!Array.isArray(list)) return undefined;
  if (list.length > MOST_ROWS) return `has more than ${MOST_ROWS} entries`;
  for (const [n, item] of list.entries()) {
    const row = Row.safeParse(item);
    if (!row.success) return `entry ${n + 1}: ${wrongOf(row.error)}`;
  }
  return undefined;
}

function ofCsv(text: string): readonly PlannedRow[] {
  const lines = text.split(/\r\n|\n|\r/).map((line, n) => ({ line, at: n + 1 }));
  const [head, ...rest] = lines.filter(({ line }) => line.trim() !== '');
  if (head === undefined) throw new PlanTextError('is empty: the first line names the columns');
  if (rest.length > MOST_ROWS) throw new PlanTextError(`has more than ${MOST_ROWS} lines`);
  const divider = [';', '\t', ','].find((one) => head.line.includes(one)) ?? ',';
  const columns = cellsOf(head, divider).map((name) => name.trim().toLowerCase());
  if (!columns.includes('count')) throw new PlanTextError(`line ${head.at}: no column is called count`);
  return rest.map((line) => {
    const cells = cellsOf(line, divider);
    if (cells.length > columns.length) throw new PlanTextError(`line ${line.at}: has more cells than columns`);
    const filled = columns.flatMap((name, n) => {
      const cell = cells[n]?.trim() ?? '';
      return cell === '' ? [] : [[name, NUMBERS.includes(name) ? Number(cell) : cell] as const];
    });
    const row = Row.safeParse(Object.fromEntries(filled));
    if (!row.success) throw new PlanTextError(`line ${line.at}: ${wrongOf(row.error)}`);
    return row.data;
  });
}

/** Cells of one line; quotes as RFC 4180 has them, but no line breaks within. */
function cellsOf({ line, at }: { readonly line: string; readonly at: number }, divider: string): readonly string[] {
  const cells: string[] = [];
  let [cell, isQuoted] = ['', false];
  for (let n = 0; n < line.length; n += 1) {
    const character = line.charAt(n);
    if (isQuoted && character === '"' && line.charAt(n + 1) === '"') {
      cell += '"';
      n += 1;
    } else if (character === '"' && (isQuoted || cell.trim() === '')) isQuoted = !isQuoted;
    else if (character === divider && !isQuoted) {
      cells.push(cell);
      cell = '';
    } else cell += character;
  }
  if (isQuoted) throw new PlanTextError(`line ${at}: a quotation mark is not closed`);
  if (cells.length >= MOST_COLUMNS) throw new PlanTextError(`line ${at}: has more than ${MOST_COLUMNS} cells`);
  return [...cells, cell];
}

function wrongOf(error: z.ZodError): string {
  const [issue] = error.issues;
  return `${issue?.path.join('.') ?? ''} ${issue?.message ?? 'is wrong'}`.trim();
}
