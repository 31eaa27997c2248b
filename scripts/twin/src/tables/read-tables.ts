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

/** Reads packs and stops as `writeTables` wrote them in JSON. Throws where a file is missing or is no such table. */
export async function readTables(folder: string): Promise<Records> {
  const read = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(folder, name), 'utf8'));
  return { items: z.array(item).parse(await read('items.json')), stops: z.array(stop).parse(await read('stops.json')) };
}
