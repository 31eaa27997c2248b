import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** Results and films of earlier runs by what they were made of, so that a run that was interrupted continues. */
export class Store {
  readonly folder: string;

  constructor(folder: string) {
    this.folder = folder;
    mkdirSync(folder, { recursive: true });
  }

  /** A file of this name that an earlier run finished; undefined without one. */
  finished(name: string): string | undefined {
    const path = join(this.folder, name);
    return existsSync(path) ? path : undefined;
  }

  /** What an earlier run saved under this name; undefined without it. */
  load(name: string): unknown {
    const path = this.finished(`${name}.json`);
    return path === undefined ? undefined : JSON.parse(readFileSync(path, 'utf8'));
  }

  /** Saves completely or not at all. */
  save(name: string, value: unknown): void {
    const path = join(this.folder, `${name}.json`);
    writeFileSync(`${path}.part`, JSON.stringify(value));
    renameSync(`${path}.part`, path);
  }
}

/** Twelve hex digits of everything given. */
export function digest(...parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 12);
}

/** The contents of folders of the repository as one digest; tests and documents do not count. */
export function digestOfFolders(...folders: readonly string[]): string {
  const files = folders.flatMap((folder) =>
    readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile() && !/\.test\.ts$|\.md$/.test(entry.name))
      .map((entry) => join(entry.parentPath, entry.name)),
  );
  const hash = createHash('sha256');
  for (const file of files.sort()) hash.update(file.slice(ROOT.length)).update(readFileSync(file));
  return hash.digest('hex').slice(0, 12);
}
