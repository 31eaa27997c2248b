import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync } from 'node:fs';
import { rmSync, writeSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';

/** Why a journal cannot go on as it is. */
export const ASIDE_REASONS = ['damaged', 'missing', 'restored', 'behind_collector'] as const;
export type AsideReason = (typeof ASIDE_REASONS)[number];

interface Notice {
  readonly reason: AsideReason;
  readonly why: string;
}

/** A journal that was moved out of the way and whose records have not all gone over to its successor yet. */
export interface Aside extends Notice {
  /** `DATA/set-aside/<time>-<reason>`; the files in it have the names they had. */
  readonly folder: string;
  readonly databasePath: string;
}

const FOLDER = 'set-aside';
const NOTICE = 'unfinished.json';
/** The WAL goes first: a database without it would be taken for a whole one. */
const SUFFIXES = ['-wal', '-shm', '.mark', ''];

/**
 * Moves the journal at `path` with all its files into a folder of its own. Nothing is deleted, and a notice in that
 * folder says that its records still have to be carried over, whatever happens meanwhile.
 */
export function setAside(path: string, reason: AsideReason, why: string, wallMs: number): Aside {
  const stamp = new Date(wallMs).toISOString().replaceAll(/[:.]|-(?=\d\d)/g, '');
  const folder = freshFolder(join(dirname(path), FOLDER), `${stamp}-${reason}`);
  writeDurable(join(folder, NOTICE), JSON.stringify({ reason, why }));
  const aside = asideAt(folder, path, { reason, why });
  moveInto(aside, path);
  return aside;
}

/** One that an interrupted start left behind: its files are moved to the end first. */
export function unfinished(path: string): Aside | undefined {
  const parent = join(dirname(path), FOLDER);
  if (!existsSync(parent)) return undefined;
  for (const name of readdirSync(parent).toSorted().toReversed()) {
    const folder = join(parent, name);
    if (!existsSync(join(folder, NOTICE))) continue;
    const notice = noticeIn(readFileSync(join(folder, NOTICE), 'utf8'));
    return asideAt(folder, path, notice);
  }
  return undefined;
}

/** Moves what is still at `path`. Files that the folder has already are left. */
export function moveInto(aside: Aside, path: string): void {
  for (const suffix of SUFFIXES) {
    const [from, to] = [`${path}${suffix}`, `${aside.databasePath}${suffix}`];
    if (existsSync(from) && !existsSync(to)) renameSync(from, to);
  }
  syncFolderNow(aside.folder);
  syncFolderNow(dirname(path));
}

/** All that can be carried over has been. */
export function finish(aside: Aside): void {
  rmSync(join(aside.folder, NOTICE), { force: true });
}

/** How many journals lie aside. */
export function countAside(path: string): number {
  const parent = join(dirname(path), FOLDER);
  return existsSync(parent) ? readdirSync(parent).length : 0;
}

function asideAt(folder: string, path: string, notice: Notice): Aside {
  return { ...notice, folder, databasePath: join(folder, basename(path)) };
}

/** Words for people: a notice that a power cut spoiled says less, and means the same. */
function noticeIn(text: string): Notice {
  const reason = ASIDE_REASONS.find((known) => text.includes(`"reason":"${known}"`)) ?? 'damaged';
  const why = /"why":"((?:[^"\\]|\\.)*)"/.exec(text)?.[1] ?? 'the notice of it is damaged';
  return { reason, why };
}

function freshFolder(parent: string, name: string): string {
  mkdirSync(parent, { recursive: true, mode: 0o750 });
  for (let attempt = 1; ; attempt += 1) {
    const folder = join(parent, attempt === 1 ? name : `${name}-${attempt}`);
    if (existsSync(folder)) continue;
    mkdirSync(folder, { mode: 0o750 });
    return folder;
  }
}

function writeDurable(path: string, text: string): void {
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
