import { createHash } from 'node:crypto';
import { mkdir, open, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder, systemCode } from '@lineside/kit';
import type { MediaOutbox, PendingMedia } from './ports/index.ts';

/** Most files that one run looks at. */
const MOST = 100_000;
/** Of the medium, so that the journal of the next run has space beside the pictures of this one. */
const KEPT_FREE_BYTES = 64 * 1024 * 1024;
const PART = '.part';

export interface CarriedMedia {
  /** Pictures and clips in the folder, and their bytes. */
  readonly files: number;
  readonly bytes: number;
  /** Those that did not fit, could not be read, or for which there was no time: the device keeps them. */
  readonly left: number;
}

/**
 * Copies evidence that the collector lacks into `folder`, oldest first, each file under its hash. A file that is there already, complete,
 * stays, so that a run that was interrupted is continued by the next; what is not pending any more is removed. It ends early, and says
 * what is left, when the signal aborts. `free`: bytes that are free on the medium. Throws errors of the file system but a full medium.
 */
export async function carryMedia(
  outbox: MediaOutbox,
  folder: string,
  free: () => Promise<number>,
  signal: AbortSignal,
): Promise<CarriedMedia> {
  const pending = outbox.pending(MOST);
  await mkdir(folder, { recursive: true });
  const wanted = new Set(pending.map(({ sha256 }) => sha256));
  for (const name of await readdir(folder)) if (!wanted.has(name)) await rm(join(folder, name), { force: true });
  const done = { files: 0, bytes: 0, left: 0 };
  for (const media of pending) {
    const isThere = !signal.aborted && ((await isComplete(folder, media)) || (await copy(outbox, media, folder, free)));
    if (!isThere) {
      done.left += 1;
      continue;
    }
    done.files += 1;
    done.bytes += media.bytes;
  }
  await syncFolder(folder);
  return done;
}

async function isComplete(folder: string, { sha256, bytes }: PendingMedia): Promise<boolean> {
  const path = join(folder, sha256);
  const found = await stat(path).catch(() => undefined);
  if (found === undefined || found.size !== bytes) return false;
  const hash = createHash('sha256');
  // A stick that cannot be read there is written there again.
  try {
    // The stream closes the file, also where it fails.
    const file = await open(path);
    for await (const part of file.createReadStream() as AsyncIterable<Buffer>) hash.update(part);
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return false;
  }
  return hash.digest('hex') === sha256;
}

/** False where it does not fit, or is not held any more. */
async function copy(
  outbox: MediaOutbox,
  { sha256, bytes }: PendingMedia,
  folder: string,
  free: () => Promise<number>,
): Promise<boolean> {
  if ((await free()) - KEPT_FREE_BYTES < bytes) return false;
  const content = await outbox.open(sha256).catch(() => undefined);
  if (content === undefined) return false;
  const part = join(folder, `${sha256}${PART}`);
  try {
    const file = await open(part, 'w');
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(part, join(folder, sha256));
    return true;
  } catch (error) {
    await rm(part, { force: true });
    if (systemCode(error) === 'ENOSPC') return false;
    throw error;
  }
}
