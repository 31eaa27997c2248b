import { appendFile, mkdir, readdir, readFile, stat, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Damage } from './cases.ts';

/** Does to the folder of updates what a power cut or a bad disk can do. True where there was something to damage. */
export async function damageFolder(folder: string, damage: Damage, random: (n: number) => number): Promise<boolean> {
  const found = await filesOf(folder);
  const one = (match: RegExp): string | undefined => found.filter((path) => match.test(path))[0];
  switch (damage) {
    case 'none':
      return false;
    case 'staging_tail':
      return change(one(/\.part$/), (path) => appendFile(path, Buffer.alloc(1 + random(5_000), 'x')));
    case 'staging_zeros':
      return change(one(/\.part$/), async (path) => {
        const { size } = await stat(path);
        await truncate(path, Math.floor(size / 2));
        await truncate(path, size);
      });
    case 'mark':
      return change(one(/\.mark$/), (path) => writeFile(path, '{"bytes": 12'));
    case 'metadata': {
      const paths = found.filter((path) => path.includes('/metadata/'));
      return change(paths[random(Math.max(1, paths.length))], async (path) => {
        await truncate(path, random((await stat(path)).size));
      });
    }
    case 'floor':
      return change(one(/\/floor\.json$/), (path) => truncate(path, 3));
    case 'note':
      return change(one(/\/note\.json$/), (path) => truncate(path, 0));
    case 'temporary':
      await writeFile(join(folder, 'state.json.1.tmp'), '{"v": 1');
      return true;
    case 'bundle_staging':
      await mkdir(join(folder, 'bundles', 'tiny-1.1.0-00000000.staging'), { recursive: true });
      return true;
    case 'object': {
      // Only of files that no bundle uses: those of one in use are what `reconcile` is tested with.
      const single: string[] = [];
      for (const path of found) {
        if (path.includes('/objects/') && !/\.(part|mark)$/.test(path) && (await stat(path)).nlink === 1)
          single.push(path);
      }
      return change(single[0], async (path) => {
        const bytes = await readFile(path);
        bytes[0] = (bytes[0] ?? 0) ^ 1;
        await writeFile(path, bytes);
      });
    }
  }
}

async function change(path: string | undefined, how: (path: string) => Promise<unknown>): Promise<boolean> {
  if (path === undefined) return false;
  await how(path);
  return true;
}

async function filesOf(folder: string): Promise<readonly string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}
