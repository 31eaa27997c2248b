import { mkdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { systemCode } from '@lineside/kit';

const LOOK_MS = 20;
/** Much longer than a change takes: who made the lock has ended. */
const STALE_MS = 30_000;

/** Runs `work` while no other process changes the folder's list: the collector and its commands both sign and revoke. */
export async function inTurn<T>(folder: string, work: () => Promise<T>): Promise<T> {
  const lock = join(folder, 'changing');
  while (!(await taken(lock))) await sleep(LOOK_MS);
  try {
    return await work();
  } finally {
    await rm(lock, { recursive: true, force: true });
  }
}

async function taken(lock: string): Promise<boolean> {
  try {
    await mkdir(lock);
    return true;
  } catch (error) {
    if (systemCode(error) !== 'EEXIST') throw error;
  }
  const made = await stat(lock).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
  if (made !== undefined && Date.now() - made.mtimeMs > STALE_MS) await rm(lock, { recursive: true, force: true });
  return false;
}
