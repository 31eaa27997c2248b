import { closeSync, existsSync, fsyncSync, openSync, renameSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { makePrivateFolderSync, restrictSync } from '@lineside/kit';
import type Database from 'better-sqlite3';
import { moveAside } from './quarantine.ts';

const RESCUED = '.rescued';

/**
 * Copies a journal whose file was deleted or replaced while this process had it open, and could still read it, to a file
 * beside its place. Nothing may be written after it. Throws where there is no space.
 */
export function rescue(database: Database.Database, path: string): void {
  makePrivateFolderSync(dirname(path));
  const temporary = `${path}${RESCUED}.tmp`;
  rmSync(temporary, { force: true });
  database.prepare('VACUUM INTO ?').run(temporary);
  restrictSync(temporary);
  const file = openSync(temporary, 'r+');
  try {
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, `${path}${RESCUED}`);
}

/** Puts a rescued journal into its place; what stands there was put there by somebody else, and is kept aside. */
export function takeRescued(path: string, wallMs: number): void {
  if (!existsSync(`${path}${RESCUED}`)) return;
  if (existsSync(path)) moveAside(path, 'replaced', wallMs);
  // They belong to the file that is gone.
  for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true });
  renameSync(`${path}${RESCUED}`, path);
}
