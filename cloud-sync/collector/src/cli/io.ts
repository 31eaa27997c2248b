import { messageOf } from '@lineside/kit';
import { CollectorError, UsageError } from '../errors/index.ts';

/** Exit codes, the same for every command; in the help. */
export const EXIT = { ok: 0, failed: 1, usage: 2, environment: 3 } as const;

export const EXIT_HELP = `
Exit codes:
  0  done, and nothing wrong was found
  1  it failed, or something wrong was found
  2  the command line or the configuration is wrong
  3  this machine cannot run it (Node too old, not built)
`;

/** Writes a line to standard output. */
export function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

/** Writes `value` as one JSON line. */
export function sayJson(value: unknown): void {
  say(JSON.stringify(value));
}

/** Prints what went wrong and what to try; returns the exit code. */
export function complain(error: unknown): number {
  const advice = error instanceof CollectorError ? error.advice : 'this is a fault of the collector: please report it';
  process.stderr.write(`Error: ${messageOf(error)}\nTry: ${advice}\n`);
  return error instanceof UsageError ? EXIT.usage : EXIT.failed;
}

/** Rows as aligned columns, the first row being the head; the last column is not padded. */
export function table(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) for (const [i, cell] of row.entries()) widths[i] = Math.max(widths[i] ?? 0, cell.length);
  return rows
    .map((row) => row.map((cell, i) => (i === row.length - 1 ? cell : cell.padEnd(widths[i] ?? 0))).join('  '))
    .join('\n');
}

/** Time for people, to the second, UTC. */
export function when(ms: number | null): string {
  if (ms === null) return '-';
  const date = new Date(ms);
  return Number.isNaN(date.getTime())
    ? '?'
    : date
        .toISOString()
        .replace('T', ' ')
        .replace(/\.\d+Z$/, 'Z');
}
