import { constants } from 'node:fs';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';

export interface AtomicWriteOptions {
  /** Permissions that the file gets, whatever the umask is. Without it: 0640 less the umask. */
  readonly mode?: number;
  /** Part of the temporary name, where several writers in one process may write the same path. */
  readonly unique?: string;
}

/**
 * Writes `bytes` to `path` so that a reader, or a power cut, leaves the old file or the new one and nothing between:
 * temporary name, fsync, rename, fsync of the folder. Creates missing folders.
 */
export async function writeFileAtomic(
  path: string,
  bytes: Uint8Array | string,
  { mode, unique = String(process.pid) }: AtomicWriteOptions = {},
): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true, mode: 0o750 });
  const temporary = `${path}.${unique}.tmp`;
  try {
    const file = await open(temporary, constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC, mode ?? 0o640);
    try {
      if (mode !== undefined) await file.chmod(mode);
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  await syncFolder(folder);
}

/** Makes a rename or an unlink in `folder` durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, constants.O_RDONLY);
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
