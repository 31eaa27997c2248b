import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { printable, systemCode } from '@lineside/kit';
import { UsageError } from './errors.ts';

/** Value of an option that takes a,b,c or a file with one entry per line. Throws UsageError. */
export async function readList(option: string, text: string, cwd: string): Promise<readonly string[]> {
  const split = (all: string, by: RegExp): readonly string[] =>
    all.split(by).flatMap((entry) => printable(entry.trim()) || []);
  try {
    return split(await readFile(resolve(cwd, text), 'utf8'), /\r?\n/);
  } catch (error) {
    if (systemCode(error) !== 'ENOENT') throw error;
    if (text.includes('/')) throw new UsageError(`${option} ${text}: there is no such file`, 'write a list as a,b,c');
    return split(text, /,/);
  }
}
