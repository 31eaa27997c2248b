import { realpath } from 'node:fs/promises';
import { dirname, isAbsolute, join, normalize, sep } from 'node:path';

/** Where `location` really lies: behind every symbolic link, inside `folder`. */
export type InsideFolder = 'inside' | 'outside' | 'absent';

/** Whether a file that a model or a bundle names lies inside its folder, also after following symbolic links. */
export async function insideFolder(folder: string, location: string): Promise<InsideFolder> {
  const plain = normalize(location);
  if (location === '' || location.includes('\0') || isAbsolute(plain) || plain === '..' || plain.startsWith(`..${sep}`))
    return 'outside';
  const place = join(folder, plain);
  const [root, real] = await Promise.all(
    [realpath(folder), realpath(place)].map((path) => path.catch(() => undefined)),
  );
  if (root === undefined || real === undefined) return 'absent';
  return dirname(real) === root || real.startsWith(root.endsWith(sep) ? root : root + sep) ? 'inside' : 'outside';
}
