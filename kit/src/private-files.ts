import { chmodSync, mkdirSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { systemCode } from './error.ts';

const FILE = 0o640;
const FOLDER = 0o750;
/** Folders in which every user may make files, such as /tmp. */
const STICKY = 0o1000;

/**
 * Makes a folder that other users of the machine cannot look into (0750, or 0700 by `mode`), whatever the umask is. One
 * that exists loses the rights that are too many, and so do the files and folders directly in it. What belongs to another
 * user stays as it is.
 */
export function makePrivateFolderSync(folder: string, mode = FOLDER): void {
  mkdirSync(folder, { recursive: true, mode });
  const path = resolve(folder);
  if (dirname(path) === path || (statSync(path).mode & STICKY) !== 0) return;
  restrictSync(path, mode);
  for (const entry of readdirSync(path, { withFileTypes: true })) {
    if (entry.isDirectory()) restrictSync(join(path, entry.name), mode);
    else if (entry.isFile()) restrictSync(join(path, entry.name));
  }
}

/** Takes from a file the rights that `mode` does not have. Nothing happens where there is no such file. */
export function restrictSync(path: string, mode = FILE): void {
  try {
    const now = statSync(path).mode & 0o777;
    if ((now & ~mode) !== 0) chmodSync(path, now & mode);
  } catch (error) {
    const code = systemCode(error);
    // EPERM, EROFS: it is not ours to change.
    if (code !== 'ENOENT' && code !== 'EPERM' && code !== 'EROFS') throw error;
  }
}
