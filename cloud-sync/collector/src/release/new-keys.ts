import { join } from 'node:path';
import { writeFileAtomic } from '@lineside/kit';
import type { ReleaseFolder, Settings } from './release-folder.ts';
import { keyIdOf, newKey, type PublicKey } from './signer.ts';

export interface MadeKey {
  readonly id: string;
  readonly key: PublicKey;
}

/** Makes a key for `role` in the folder `keys/` and notes where it is. */
export async function makeKey(folder: ReleaseFolder, settings: Settings, role: string): Promise<MadeKey> {
  const { pem, key } = newKey();
  const id = keyIdOf(key);
  const path = join(folder.keys, `${role}-${id.slice(0, 8)}.pem`);
  await writeFileAtomic(path, pem, { mode: 0o600 });
  settings.signers[id] = `file:${path}`;
  return { id, key };
}

export async function makeKeys(
  folder: ReleaseFolder,
  settings: Settings,
  role: string,
  count: number,
): Promise<readonly MadeKey[]> {
  const made: MadeKey[] = [];
  for (let i = 0; i < count; i += 1) made.push(await makeKey(folder, settings, role));
  return made;
}
