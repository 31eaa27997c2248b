import { rowCount, rowsOf, type Table, textValue } from './table.ts';

/** CSV after RFC 4180: a head line, CRLF, quotes where they are needed; null is an empty field. */
export function csvOf(table: Table): string {
  const lines = [table.columns.map(({ name }) => field(name)).join(',')];
  for (let row = 0; row < rowCount(table); row += 1)
    lines.push(table.columns.map((column) => field(textValue(column, row))).join(','));
  return `${lines.join('\r\n')}\r\n`;
}

function field(value: string | number | boolean | null): string {
  if (value === null) return '';
  const text = String(value);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}

/** A JSON array with one object per line. */
export function jsonOf(table: Table): string {
  return `[\n${rowsOf(table)
    .map((row) => JSON.stringify(row))
    .join(',\n')}\n]\n`;
}
