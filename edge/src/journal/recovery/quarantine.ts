import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { makePrivateFolderSync } from '@lineside/kit';

/** Why a journal cannot go on as it is. */
export const QUARANTINE_REASONS = ['damaged', 'missing', 'restored', 'behind_collector'] as const;
export type QuarantineReason = (typeof QUARANTINE_REASONS)[number];

interface Notice {
  readonly reason: QuarantineReason;
  readonly why: string;
}

/** A journal in quarantine whose records have not all been transferred to its successor yet. */
export interface Quarantined extends Notice {
  /** `DATA/quarantine/<time>-<reason>`; the files in it keep their names. */
  readonly folder: string;
  readonly databasePath: string;
}

const FOLDER = 'quarantine';
/** Where version 0.1 put them. */
const FORMER_FOLDER = 'set-aside';
const NOTICE = 'unfinished.json';
/** The WAL goes first: a database without its WAL would look complete. */
const SUFFIXES = ['-wal', '-shm', '.mark', ''];

/**
 * Moves the journal at `path` with all its files into a folder of its own. Nothing is deleted, and a notice in that
 * folder says that its records still have to be transferred, whatever happens meanwhile.
 */
export function quarantine(path: string, reason: QuarantineReason, why: string, wallMs: number): Quarantined {
  const folder = freshFolder(join(dirname(path), FOLDER), `${stamp(wallMs)}-${reason}`);
  writeDurable(join(folder, NOTICE), JSON.stringify({ reason, why }));
  const quarantined = quarantinedAt(folder, path, { reason, why });
  moveInto(quarantined, path);
  return quarantined;
}

/** Moves the file at `path` alone into a folder of its own in quarantine, from which nothing is to be transferred. */
export function moveAside(path: string, reason: string, wallMs: number): void {
  const folder = freshFolder(join(dirname(path), FOLDER), `${stamp(wallMs)}-${reason}`);
  renameSync(path, join(folder, basename(path)));
}

function stamp(wallMs: number): string {
  return new Date(wallMs).toISOString().replaceAll(/[:.]|-(?=\d\d)/g, '');
}

/** The latest one that an interrupted start has not finished. */
export function unfinished(path: string): Quarantined | undefined {
  const folders = quarantineFolders(path).toSorted((a, b) => (basename(a) < basename(b) ? 1 : -1));
  for (const folder of folders) {
    if (!existsSync(join(folder, NOTICE))) continue;
    const notice = noticeIn(readFileSync(join(folder, NOTICE), 'utf8'));
    return quarantinedAt(folder, path, notice);
  }
  return undefined;
}

/** Moves what is still at `path`; files that the folder already has stay as they are. */
export function moveInto(quarantined: Quarantined, path: string): void {
  for (const suffix of SUFFIXES) {
    const [from, to] = [`${path}${suffix}`, `${quarantined.databasePath}${suffix}`];
    if (existsSync(from) && !existsSync(to)) renameSync(from, to);
  }
  syncFolderNow(quarantined.folder);
  syncFolderNow(dirname(path));
}

/** Everything that can be transferred has been. */
export function finish(quarantined: Quarantined): void {
  rmSync(join(quarantined.folder, NOTICE), { force: true });
}

/** How many journals are in quarantine. */
export function countQuarantined(path: string): number {
  return quarantineFolders(path).length;
}

/** Every folder in which a journal of `path` is in quarantine. */
export function quarantineFolders(path: string): readonly string[] {
  return [FOLDER, FORMER_FOLDER].flatMap((name) => {
    const parent = join(dirname(path), name);
    return existsSync(parent) ? readdirSync(parent).map((entry) => join(parent, entry)) : [];
  });
}

function quarantinedAt(folder: string, path: string, notice: Notice): Quarantined {
  return { ...notice, folder, databasePath: join(folder, basename(path)) };
}

/** A notice that a power cut has damaged still means that the transfer is not finished; its text is for people only. */
function noticeIn(text: string): Notice {
  const reason = QUARANTINE_REASONS.find((known) => text.includes(`"reason":"${known}"`)) ?? 'damaged';
  const why = /"why":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? 'the notice of it is damaged';
  return { reason, why };
}

function freshFolder(parent: string, name: string): string {
  makePrivateFolderSync(parent);
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(parent, attempt === 1 ? name : `${name}-${attempt}`);
    if (existsSync(folder)) continue;
    mkdirSync(folder, { mode: 0o750 });
    return folder;
  }
}

/** Writes a small file that is on the disk when this returns. */
export function writeDurable(path: string, text: string): void {
  const file = openSync(path, 'w', 0o640);
  try {
    writeSync(file, text);
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  syncFolderNow(dirname(path));
}

function syncFolderNow(folder: string): void {
  const handle = openSync(folder, 'r');
  try {
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
}
