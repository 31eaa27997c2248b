import { randomBytes } from 'node:crypto';
import { mkdir, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { messageOf, systemCode } from '@lineside/kit';
import { countQuarantined, journalPath } from '../journal/index.ts';
import { type Check, type CheckFinding, ok, trouble } from './check.ts';
import { diskFindings } from './machine.ts';

/** The data folder: exists, is a folder, is writable through to the disk; then the free space. Leaves no files. */
export function dataFolderCheck(dataDir: string): Check {
  return {
    name: 'data_folder',
    deadlineMs: 10_000,
    run: async () => {
      const existing = await nearestExisting(dataDir);
      const found = await writable(existing, dataDir);
      const disk = existing.isFolder ? await diskFindings(existing.path) : [];
      return [found, ...disk, ...asideFindings(dataDir)];
    },
  };
}

/** Journals in quarantine are kept for ever: somebody should examine them and move them elsewhere. */
function asideFindings(dataDir: string): readonly CheckFinding[] {
  const count = countQuarantined(journalPath(dataDir));
  if (count === 0) return [];
  const what = count === 1 ? 'one journal lies' : `${count} journals lie`;
  return [
    trouble('warning', {
      code: 'journal_quarantined',
      message: `${what} in ${join(dataDir, 'quarantine')}: damaged, restored from a copy, or behind the collector`,
      meaning:
        'records that the collector lacked were transferred to a new epoch, and unreadable ones are declared lost',
      advice: 'read its audit records (lineside journal verify), check the disk, then move the folder to another place',
    }),
  ];
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
  if (!existing.isFolder) return unwritable(`${existing.path} is a file, not a folder`);
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
    return existing.path === dataDir
      ? ok('data_folder', `${dataDir} can be written`)
      : ok('data_folder', `${dataDir} does not exist yet and will be created in ${existing.path}`);
  } catch (error) {
    return (await isAnothers(existing.path, error)) ? hidden(existing.path) : unwritable(messageOf(error));
  } finally {
    if (made) await rm(probe, { recursive: true, force: true });
  }
}

/** True when the folder belongs to another user, who may be able to write to it. */
async function isAnothers(path: string, error: unknown): Promise<boolean> {
  const user = process.getuid?.();
  return systemCode(error) === 'EACCES' && user !== 0 && (await stat(path)).uid !== user;
}

function hidden(path: string): CheckFinding {
  return trouble('warning', {
    code: 'data_folder_hidden',
    message: `this user may not write to ${path}, which belongs to another`,
    meaning: 'whether the service can write there is not known',
    advice: 'run the doctor as the user of the service or as root: sudo lineside doctor',
  });
}

function unwritable(message: string): CheckFinding {
  return trouble('failure', {
    code: 'data_folder_unwritable',
    message,
    meaning: 'no event can be kept: the service does not start',
    advice: 'name another folder with --data DIR, or make this one writable for the user of the service',
  });
}
