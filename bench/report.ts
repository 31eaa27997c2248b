import { cpus, release, totalmem } from 'node:os';
import { writeFileSync } from 'node:fs';

export type Cell = string | number | null;

/** One column: `key` names it in the JSON twin; the table's heading is made from it, so that the two cannot differ. */
export interface Column {
  readonly key: string;
  readonly digits?: number;
}

export interface Report {
  readonly bench: string;
  readonly what: string;
  readonly columns: readonly Column[];
  readonly rows: readonly Readonly<Record<string, Cell>>[];
  /** What the reader must know to read the table rightly: cases lost, limits, what was stubbed. */
  readonly notes: readonly string[];
  readonly facts?: Readonly<Record<string, Cell>>;
}

export interface BenchOptions {
  readonly quick: boolean;
  readonly log: (line: string) => void;
  readonly signal: AbortSignal;
}

export interface Bench {
  readonly name: string;
  readonly what: string;
  run(options: BenchOptions): Promise<Report>;
}

/** "frameToJournalP50Ms" -> "frame to journal p50 ms". */
export function heading(key: string): string {
  return key.replace(/([a-z0-9])([A-Z])/g, '$1 $2').toLowerCase();
}

function show(cell: Cell | undefined, column: Column): string {
  if (cell === null || cell === undefined) return '-';
  return typeof cell === 'number' ? cell.toFixed(column.digits ?? (Number.isInteger(cell) ? 0 : 2)) : cell;
}

/** Prints the table as Markdown, so that it can be pasted as it is. */
export function printReport(report: Report): void {
  const heads = report.columns.map((column) => heading(column.key));
  const body = report.rows.map((row) => report.columns.map((column) => show(row[column.key], column)));
  const widths = heads.map((head, i) => Math.max(head.length, ...body.map((cells) => cells[i]?.length ?? 0)));
  const line = (cells: readonly string[]): string =>
    `| ${cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(' | ')} |`;
  console.log(`\n${report.bench}: ${report.what}\n`);
  console.log(line(heads));
  console.log(`|${widths.map((width) => '-'.repeat(width + 2)).join('|')}|`);
  for (const cells of body) console.log(line(cells));
  for (const note of report.notes) console.log(`- ${note}`);
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
