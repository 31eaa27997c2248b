import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { rowsOf, type Table } from './table.ts';

const item = z.object({
  item: z.number(),
  stream_seconds: z.number(),
  product: z.string(),
  shift: z.string(),
  belt_wear: z.number(),
  temperature_c: z.number(),
  nominal_g: z.number(),
  weight_g: z.number(),
  fault: z.string().nullable(),
});
const stop = z.object({ start_seconds: z.number(), end_seconds: z.number(), state: z.string(), reason: z.string() });
export type ItemRow = z.infer<typeof item>;
export type StopRow = z.infer<typeof stop>;

export interface Records {
  readonly items: readonly ItemRow[];
  readonly stops: readonly StopRow[];
}

/** Packs and stops of tables that were not written. */
export function recordsOf(tables: readonly Table[]): Records {
  const rows = (name: string): unknown => rowsOf(tables.find((table) => table.name === name) ?? { name, columns: [] });
  return { items: z.array(item).parse(rows('items')), stops: z.array(stop).parse(rows('stops')) };
}

/** Files that are no tables of this plant; the message names the file and what is wrong. */
export class TablesError extends Error {
  override readonly name = 'TablesError';
}

/** Reads packs and stops as `writeTables` wrote them in JSON. Throws TablesError, or the error of a missing file. */
export async function readTables(folder: string): Promise<Records> {
  const [items, stops] = await Promise.all([
    readRows(join(folder, 'items.json'), z.array(item)),
    readRows(join(folder, 'stops.json'), z.array(stop)),
  ]);
  return { items, stops };
}

async function readRows<T>(path: string, rows: z.ZodType<T>): Promise<T> {
  const text = await readFile(path, 'utf8');
  try {
    return rows.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError) && !(error instanceof z.ZodError)) throw error;
    const why = error instanceof z.ZodError ? z.prettifyError(error).split('\n').slice(0, 2).join(' ') : error.message;
    throw new TablesError(`${path} is no table of the twin: ${why}`, { cause: error });
  }
}
