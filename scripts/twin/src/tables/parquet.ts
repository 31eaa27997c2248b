import { parquetWriteBuffer } from 'hyparquet-writer';
import type { Column, Table } from './table.ts';

/** A Parquet file of one table, compressed with Snappy. Timestamps are milliseconds in UTC. */
export function parquetOf(table: Table): Buffer {
  const columnData = table.columns.map((column) => ({
    name: column.name,
    type: column.type,
    nullable: column.nullable,
    data: dataOf(column),
  }));
  return Buffer.from(parquetWriteBuffer({ columnData, createdBy: 'lineside twin' }));
}

function dataOf({ type, values }: Column): unknown[] {
  if (type !== 'TIMESTAMP') return [...values];
  return values.map((value) => (typeof value === 'number' ? new Date(value) : null));
}
