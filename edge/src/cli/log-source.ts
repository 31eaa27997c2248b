import { open, stat } from 'node:fs/promises';
import { type Clock, exitText, LineSplitter, SupervisedProcess, systemCode, unlessAbort } from '@lineside/kit';
import { CliError } from './errors.ts';
import { ENTRY_FIELDS, readJournalEntry } from './journal-entry.ts';
import type { LineFacts } from './text/log-line.ts';

export interface LogQuery {
  /** Most lines of what is there already. */
  readonly lines: number;
  /** Whether to go on with what is written from now on. */
  readonly follow: boolean;
  /** `facts`: what is known of a line from the journal of systemd. */
  readonly onLine: (line: string, facts?: LineFacts) => void;
  readonly signal: AbortSignal;
}

const CHUNK = 64 * 1024;
const LOOK_MS = 400;
const END = 'name a file with --file FILE, or another unit with --unit NAME';

/** Lines of a unit from the journal of systemd. Throws CliError `log_absent` where there is none that this user may read. */
export async function unitLines(unit: string, { lines, follow, onLine, signal }: LogQuery): Promise<void> {
  let seen = 0;
  // --all: a long message would be null otherwise.
  const form = ['-o', 'json', `--output-fields=${ENTRY_FIELDS.join(',')}`, '--all'];
  const args = ['-u', unit, ...form, '--no-pager', '-q', '-n', String(lines), ...(follow ? ['-f'] : [])];
  const child = new SupervisedProcess({
    ...{ command: 'journalctl', args, stdout: 'pipe', graceMs: 500, signal },
    onStdoutLine: (line) => {
      seen += 1;
      const entry = readJournalEntry(line);
      if (entry === undefined) onLine(`an entry of the journal that is too long (${line.length} characters of it)`);
      else for (const text of entry.lines) onLine(text, entry.facts);
    },
  });
  const exit = await child.exited.catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') throw new CliError('log_absent', 'journalctl is not installed', END, error);
    throw error;
  });
  if (signal.aborted) return;
  if (exit.code !== 0) throw new CliError('log_absent', `journalctl: ${exitText(exit)}: ${child.stderr.trim()}`, END);
  if (seen === 0) throw new CliError('log_absent', `the unit ${unit} has no lines that this user may read`, END);
}

/** Lines of a file; goes on with a file that was replaced or emptied. */
export async function fileLines(path: string, query: LogQuery, clock: Clock): Promise<void> {
  const { lines, follow, onLine, signal } = query;
  const size = await stat(path).then(
    (found) => found.size,
    (error: unknown) => {
      throw new CliError('log_absent', `${path} cannot be read (${systemCode(error) ?? 'unknown'})`, END, error);
    },
  );
  const newest: string[] = [];
  const first = new LineSplitter((line) => {
    if (newest.push(line) > lines) newest.shift();
  });
  let at = await readFrom(path, 0, size, (text) => first.push(text));
  if (!follow) first.end();
  for (const line of newest) onLine(line);
  if (!follow) return;
  const later = new LineSplitter((line) => onLine(line));
  while (!signal.aborted) {
    await clock.sleep(LOOK_MS, signal).catch(unlessAbort);
    const now = (await stat(path).catch(() => ({ size: at }))).size;
    if (now < at) at = 0;
    if (now > at) at = await readFrom(path, at, now, (text) => later.push(text));
  }
}

async function readFrom(path: string, from: number, to: number, push: (text: string) => void): Promise<number> {
  const file = await open(path, 'r');
  const decoder = new TextDecoder();
  let at = from;
  try {
    while (at < to) {
      const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, Math.min(CHUNK, to - at), at);
      if (bytesRead === 0) break;
      at += bytesRead;
      push(decoder.decode(buffer.subarray(0, bytesRead), { stream: true }));
    }
    return at;
  } finally {
    await file.close();
  }
}
