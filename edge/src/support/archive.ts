import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { messageOf, runProgram } from '@lineside/kit';
import type { BundleEntry } from './collect.ts';
import { SupportError } from './errors.ts';
import type { Scrubber } from './scrubber.ts';

const PACK_MS = 60_000;

/**
 * Writes the entries into one gzipped tar file that its owner alone may read. Throws `bundle_leaks`, and writes nothing,
 * where a known secret is left in one of them.
 */
export async function archive(
  entries: readonly BundleEntry[],
  to: string,
  { scrubber, signal }: { readonly scrubber: Scrubber; readonly signal: AbortSignal },
): Promise<void> {
  const leaking = entries.find(({ content }) => typeof content === 'string' && scrubber.leaks(content));
  if (leaking !== undefined) {
    const advice = 'nothing was written; please report this with the name of the file and not its content';
    throw new SupportError('bundle_leaks', `${leaking.name} would contain a secret`, advice);
  }
  const folder = await mkdtemp(join(tmpdir(), 'lineside-support-'));
  const top = basename(to).replace(/\.tar\.gz$/, '');
  try {
    for (const { name, content } of entries) {
      const path = join(folder, top, name);
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      await writeFile(path, content, { mode: 0o600 });
    }
    await runProgram('tar', ['-czf', to, '--owner=0', '--group=0', '-C', folder, top], { timeoutMs: PACK_MS, signal });
    await chmod(to, 0o600);
  } catch (error) {
    signal.throwIfAborted();
    const advice = 'name another file with --output FILE';
    throw new SupportError('bundle_unwritable', `${to} could not be written: ${messageOf(error)}`, advice, error);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
