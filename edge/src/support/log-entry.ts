import { open } from 'node:fs/promises';
import { messageOf, runProgram, systemCode } from '@lineside/kit';
import type { BundleEntry, CollectOptions } from './collect.ts';

const MOST_BYTES = 4 << 20;
const MOST_LINES = 5_000;
const ANSWER_MS = 20_000;

/** The end of the log: of a file where one is named, else of the unit in the journal of systemd. */
export async function logEntry({ logFile, path, signal }: CollectOptions): Promise<BundleEntry> {
  const about = `the end of the log${logFile === undefined ? ' (journalctl -u lineside)' : ''}`;
  try {
    const content = logFile === undefined ? await unitLog(path, signal) : await endOf(logFile);
    return { name: 'log.jsonl', about, content };
  } catch (error) {
    signal.throwIfAborted();
    const why =
      systemCode(error) === 'ENOENT' && logFile === undefined ? 'journalctl is not installed' : messageOf(error);
    return { name: 'log.txt', about: 'why there is no log', content: `${why}\nname a file with --log FILE\n` };
  }
}

async function unitLog(path: string | undefined, signal: AbortSignal): Promise<string> {
  const args = ['-u', 'lineside', '-n', String(MOST_LINES), '-o', 'cat', '--no-pager', '-q'];
  const env = path === undefined ? {} : { PATH: path };
  const { stdout } = await runProgram('journalctl', args, {
    env,
    timeoutMs: ANSWER_MS,
    signal,
    keepCharacters: MOST_BYTES,
  });
  if (stdout.trim() === '') throw new Error('the unit lineside has no lines that this user may read');
  return stdout;
}

async function endOf(path: string): Promise<string> {
  const file = await open(path, 'r');
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MOST_BYTES);
    const { buffer } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.toString('utf8');
  } finally {
    await file.close();
  }
}
