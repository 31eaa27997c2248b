import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, stat, statfs } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemCode } from '@lineside/kit';
import type { Check } from '../check.ts';
import { type CheckFinding, found, ok } from '../finding.ts';

/** The data folder: exists, is a folder, is writable through to the disk. Leaves no files. */
export function dataFolderCheck(dataDir: string): Check {
  return {
    name: 'data_folder',
    deadlineMs: 10_000,
    run: async () => [await writable(await nearestExisting(dataDir), dataDir)],
  };
}

/** The disk that holds the data folder, or will hold it. */
export function diskCheck(dataDir: string, figures: (folder: string) => Promise<DiskFigures> = statfs): Check {
  return {
    name: 'disk',
    deadlineMs: 10_000,
    run: async () => diskFindings(await figures((await nearestExisting(dataDir)).path)),
  };
}

interface Existing {
  readonly path: string;
  readonly isFolder: boolean;
}

/** `path` itself, or the nearest existing folder above it. */
async function nearestExisting(path: string): Promise<Existing> {
  try {
    return { path, isFolder: (await stat(path)).isDirectory() };
  } catch (error) {
    const code = systemCode(error);
    if ((code !== 'ENOENT' && code !== 'ENOTDIR') || dirname(path) === path) throw error;
    return nearestExisting(dirname(path));
  }
}

async function writable(existing: Existing, dataDir: string): Promise<CheckFinding> {
  if (!existing.isFolder) return found('data_folder_unwritable', `${existing.path} is a file, not a folder`);
  const probe = join(existing.path, `.doctor-${randomBytes(4).toString('hex')}`);
  let made = false;
  try {
    await mkdir(probe);
    made = true;
    const file = await open(join(probe, 'written'), 'w');
    try {
      await file.writeFile('lineside');
      await file.sync();
    } finally {
      await file.close();
    }
    const isThere = existing.path === dataDir;
    const text = isThere ? 'can be written' : `does not exist yet and will be created in ${existing.path}`;
    return ok('data_folder', `${dataDir} ${text}`, undefined, { folder: dataDir });
  } catch (error) {
    if (!(await isAnothers(existing.path, error))) return found('data_folder_unwritable', messageOf(error));
    return found('data_folder_hidden', `this user may not write to ${existing.path}, which belongs to another`);
  } finally {
    if (made) await rm(probe, { recursive: true, force: true });
  }
}

/** True when the folder belongs to another user, who may be able to write to it. */
async function isAnothers(path: string, error: unknown): Promise<boolean> {
  const user = process.getuid?.();
  return systemCode(error) === 'EACCES' && user !== 0 && (await stat(path)).uid !== user;
}

const LOW_BYTES = 1e9;
const NO_BYTES = 200e6;
const LOW_FRACTION = 0.05;

/** Of a file system, as statfs(2) reports them. */
export interface DiskFigures {
  readonly bavail: number;
  readonly bsize: number;
  readonly files: number;
  readonly ffree: number;
}

function diskFindings({ bavail, bsize, files, ffree }: DiskFigures): readonly CheckFinding[] {
  const free = bavail * bsize;
  const text = `${(free / 1e9).toFixed(1)} GB free`;
  const findings: CheckFinding[] = [];
  if (free < LOW_BYTES) findings.push(found(free < NO_BYTES ? 'disk_full' : 'disk_space', text));
  else findings.push(ok('disk', text));
  // Some file systems have no fixed number of inodes and report 0.
  const inodes = `${ffree} of ${files} inodes free`;
  if (files > 0 && ffree === 0) findings.push(found('disk_inodes_gone', inodes));
  else if (files > 0 && ffree / files < LOW_FRACTION) findings.push(found('disk_inodes', inodes));
  return findings;
}
