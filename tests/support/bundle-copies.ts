import { createHash } from 'node:crypto';
import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runProcess } from './processes.ts';

/** A copy of a bundle under another version, with other texts in some of its files; its list of hashes fits again. */
export async function changedBundle(
  from: string,
  to: string,
  version: string,
  texts: Readonly<Record<string, string>> = {},
): Promise<string> {
  // Hard links: what is changed is replaced, never written into.
  await runProcess('cp', ['-al', from, to]);
  const about = (await readFile(join(from, 'BUNDLE'), 'utf8')).replace(/^version=.*$/m, `version=${version}`);
  let sums = await readFile(join(from, 'SHA256SUMS'), 'utf8');
  for (const [path, text] of Object.entries({ BUNDLE: about, ...texts })) {
    await rm(join(to, path), { force: true });
    await writeFile(join(to, path), text);
    const hash = createHash('sha256').update(text).digest('hex');
    sums = sums.replace(new RegExp(`^[0-9a-f]{64} {2}${path.replaceAll('.', '\\.')}$`, 'm'), `${hash}  ${path}`);
  }
  await rm(join(to, 'SHA256SUMS'));
  await writeFile(join(to, 'SHA256SUMS'), sums);
  return to;
}
