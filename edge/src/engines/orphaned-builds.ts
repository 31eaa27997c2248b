import { readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { systemCode } from '@lineside/kit';

const PID_FILE = 'builder.pid';

/** Notes which process builds in a folder, so that the next start detects it if this one is killed. */
export async function noteBuilder(building: string, pid: number): Promise<void> {
  await writeFile(join(building, PID_FILE), String(pid));
}

export async function forgetBuilder(building: string): Promise<void> {
  await rm(join(building, PID_FILE), { force: true });
}

/**
 * Ends the builder that a killed process left behind in a folder, with all it started: it would take the memory of the
 * next one. A process that has since been given the same number is left alone.
 */
export async function endOrphanedBuild(building: string): Promise<boolean> {
  const pid = Number(await readFile(join(building, PID_FILE), 'utf8').catch(() => ''));
  if (!Number.isInteger(pid) || pid <= 1) return false;
  const command = await readFile(`/proc/${pid}/cmdline`, 'utf8').catch(() => '');
  if (!command.includes(basename(building))) return false;
  try {
    process.kill(-pid, 'SIGKILL');
    return true;
  } catch (error) {
    if (systemCode(error) !== 'ESRCH') throw error;
    return false;
  }
}
