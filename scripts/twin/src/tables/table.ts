/** INT32 and DOUBLE are numbers, TIMESTAMP is milliseconds since 1970. */
export type ColumnType = 'INT32' | 'DOUBLE' | 'STRING' | 'BOOLEAN' | 'TIMESTAMP';
export type Value = number | string | boolean | null;

export interface Column {
  readonly name: string;
  readonly type: ColumnType;
  /** One per row; null only where `nullable`. */
  readonly values: readonly Value[];
  readonly nullable: boolean;
}

/** A table by columns, all of the same length. */
export interface Table {
  readonly name: string;
  readonly columns: readonly Column[];
}

/** Makes a table of rows: each column's name, type and how it is read from a row. */
export function tableOf<T>(
  name: string,
  rows: readonly T[],
  columns: Readonly<Record<string, readonly [ColumnType, (row: T) => Value, 'nullable'?]>>,
): Table {
  return {
    name,
    columns: Object.entries(columns).map(([column, [type, read, nullable]]) => ({
      name: column,
      type,
      nullable: nullable === 'nullable',
      values: rows.map(read),
    })),
  };
}

export function rowCount(table: Table): number {
  return table.columns[0]?.values.length ?? 0;
}

/** A value as it is written into text: timestamps as ISO 8601 in UTC. */
export function textValue(column: Column, row: number): Value {
  const value = column.values[row] ?? null;
  return column.type === 'TIMESTAMP' && typeof value === 'number' ? new Date(value).toISOString() : value;
}

/** All rows as objects, timestamps as text. */
export function rowsOf(table: Table): Record<string, Value>[] {
  return Array.from({ length: rowCount(table) }, (_, row) =>
    Object.fromEntries(table.columns.map((column) => [column.name, textValue(column, row)])),
  );
}
