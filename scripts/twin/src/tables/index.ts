/** What the plant recorded, as tables: packs, their inspections, stops and shifts; written as CSV, JSON and Parquet. */
export { FORMATS, type Format, type TablesWritten, writeTables } from './write-tables.ts';
export { type ItemRow, readTables, type Records, recordsOf, type StopRow, TablesError } from './read-tables.ts';
export { inspectionsTable, itemsTable, plantTables, shiftsTable, stopsTable } from './plant-tables.ts';
export { type Column, type ColumnType, rowsOf, type Table, type Value } from './table.ts';
