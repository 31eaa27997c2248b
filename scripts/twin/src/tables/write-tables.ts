import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { csvOf, jsonOf } from './text.ts';
import { rowCount, type Table } from './table.ts';

export const FORMATS = ['csv', 'json', 'parquet'] as const;
export type Format = (typeof FORMATS)[number];

export interface TablesWritten {
  readonly files: readonly { readonly path: string; readonly rows: number; readonly bytes: number }[];
}

/** Writes each table in each format as OUT/TABLE.FORMAT. Files that are there are replaced. */
export async function writeTables(
  tables: readonly Table[],
  out: string,
  formats: readonly Format[],
): Promise<TablesWritten> {
  await mkdir(out, { recursive: true });
  const files = [];
  for (const table of tables) {
    for (const format of formats) {
      const path = join(out, `${table.name}.${format}`);
      const content = await encoded(table, format);
      await writeFile(path, content);
      files.push({ path, rows: rowCount(table), bytes: content.length });
    }
  }
  return { files };
}

async function encoded(table: Table, format: Format): Promise<Buffer> {
  switch (format) {
    case 'csv':
      return Buffer.from(csvOf(table));
    case 'json':
      return Buffer.from(jsonOf(table));
    case 'parquet': {
      const { parquetOf } = await import('./parquet.ts');
      return parquetOf(table);
    }
  }
}
