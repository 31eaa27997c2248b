import { cpus, loadavg, release, totalmem } from 'node:os';
import { writeFileSync } from 'node:fs';

export type Cell = string | number | null;

/** One column: `key` names it in the JSON twin; the table's heading is made from it, so that the two cannot differ. */
export interface Column {
  readonly key: string;
  readonly digits?: number;
}

export type Row = Readonly<Record<string, Cell>>;

export interface Report {
  readonly bench: string;
  readonly what: string;
  readonly columns: readonly Column[];
  /** A figure that was taken several times is its median here, with `<key>Low` and `<key>High` beside it. */
  readonly rows: readonly Row[];
  /** Every single round, with the same names; not printed. */
  readonly rounds?: readonly Row[];
  /** Printed with a line per column: for tables that are wider than a page. */
  readonly upright?: boolean;
  /** What the reader must know to read the table rightly: cases lost, limits, what was stubbed. */
  readonly notes: readonly string[];
  readonly facts?: Row;
  /** Tables of the same bench with other columns, printed after this one. */
  readonly tables?: readonly Report[];
}

export interface BenchOptions {
  readonly quick: boolean;
  /** Instead of the bench's own length of each measured stretch. */
  readonly seconds?: number;
  /** Simulated time, and what it is drawn from: instead of the bench's own. */
  readonly minutes?: number;
  readonly seed?: number;
  /** Cameras of the line, and busy processes beside it: instead of the bench's own. */
  readonly cameras?: number;
  readonly busy?: readonly number[];
  /** Only the faults that have one of these in their name. */
  readonly faults?: readonly string[];
  /** Folder with real pictures, for benches that can use them. */
  readonly data?: string;
  /** Instead of the bench's own models. */
  readonly models?: readonly string[];
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Bench {
  readonly name: string;
  readonly what: string;
  run(options: BenchOptions): Promise<Report>;
}

/** How busy the machine was: what else ran on it while figures were taken is in them. */
export function loadNote(before: number): string {
  const [after = 0] = loadavg();
  return `Load average of this machine: ${before.toFixed(1)} before, ${after.toFixed(1)} after, on ${cpus().length} cores.`;
}

/** "frameToJournalP50Ms" -> "frame to journal p50 ms". */
export function heading(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

/** Medians of `rows`, column by column, with lowest and highest where there are several numbers. */
export function spreadOver(rows: readonly Row[], columns: readonly Column[]): Row {
  const cells = columns.flatMap(({ key }): (readonly [string, Cell])[] => {
    const values = rows.map((row) => row[key] ?? null);
    const numbers = values.filter((value) => typeof value === 'number' && !Number.isNaN(value)).map(Number);
    if (numbers.length === 0) return [[key, values.find((value) => typeof value === 'string') ?? null]];
    const middle: readonly [string, Cell] = [key, median(numbers)];
    if (numbers.length === 1) return [middle];
    return [middle, [`${key}Low`, Math.min(...numbers)], [`${key}High`, Math.max(...numbers)]];
  });
  return Object.fromEntries(cells);
}

function show(row: Row, column: Column): string {
  const cell = row[column.key] ?? null;
  if (typeof cell === 'string') return cell;
  const [low, high] = [row[`${column.key}Low`], row[`${column.key}High`]];
  const middle = showNumber(cell, column);
  if (typeof low !== 'number' || typeof high !== 'number' || low === high) return middle;
  return `${middle} (${showNumber(low, column)} to ${showNumber(high, column)})`;
}

function showNumber(value: number | null, { digits }: Column): string {
  if (value === null || Number.isNaN(value)) return '-';
  return value.toFixed(digits ?? (Number.isInteger(value) ? 0 : 2));
}

/** Prints the table as Markdown, so that it can be pasted as it is. */
export function printReport(report: Report): void {
  const heads = report.columns.map((column) => heading(column.key));
  const body = report.rows.map((row) => report.columns.map((column) => show(row, column)));
  console.log(`\n${report.bench}: ${report.what}\n`);
  printTable(report.upright === true ? turned([heads, ...body]) : [heads, ...body]);
  console.log('');
  for (const note of report.notes) console.log(`- ${note}`);
  for (const table of report.tables ?? []) printReport(table);
}

function turned(lines: readonly (readonly string[])[]): string[][] {
  return (lines[0] ?? []).map((_, column) => lines.map((line) => line[column] ?? ''));
}

function printTable([heads = [], ...body]: readonly (readonly string[])[]): void {
  const widths = heads.map((head, i) => Math.max(head.length, ...body.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  console.log(line(heads));
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const cells of body) console.log(line(cells));
}

/** The JSON twin, with the machine it was measured on. */
export function writeReport(report: Report, path: string): void {
  const machine = {
    cpu: cpus()[0]?.model ?? 'unknown',
    cores: cpus().length,
    memoryBytes: totalmem(),
    kernel: release(),
    arch: process.arch,
    node: process.versions.node,
  };
  writeFileSync(path, `${JSON.stringify({ ...report, machine }, null, 2)}\n`);
}

export function median(values: readonly number[]): number {
  return quantile(values, 0.5);
}

/** Nearest-rank quantile; NaN for nothing. */
export function quantile(values: readonly number[], rank: number): number {
  const sorted = [...values].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(rank * sorted.length) - 1)] ?? Number.NaN;
}
