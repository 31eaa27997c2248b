import { rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';

/** In a folder that gives its group to files (set by the installer) the group of the service may read it too. */
export async function writeSecret(path: string, secret: string): Promise<void> {
  const isShared = ((await stat(dirname(path))).mode & 0o2000) !== 0;
  const draft = `${path}.new`;
  await rm(draft, { force: true });
  await writeFile(draft, `${secret}\n`, { mode: isShared ? 0o640 : 0o600, flag: 'wx', flush: true });
  await rename(draft, path);
}
