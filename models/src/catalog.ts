import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { ModelError } from './errors/index.ts';
import type { Manifest } from './manifest.ts';
import { MANIFEST_FILE, readManifest } from './verify.ts';

/** Folder of the models that ship: beside `src` and beside `dist` alike. */
export const CATALOG_DIR = fileURLToPath(new URL('../catalog', import.meta.url));

/** One model of a catalog; `error` instead of a manifest where its bundle is broken. */
export interface CatalogEntry {
  readonly id: string;
  readonly dir: string;
  readonly manifest?: Manifest;
  readonly error?: ModelError;
}

/** Ids of a catalog: the names of its folders that hold a manifest; none where the catalog itself is missing. */
export async function catalogIds(catalogDir: string): Promise<readonly string[]> {
  const found = await readdir(catalogDir, { withFileTypes: true }).catch(() => []);
  const ids = await Promise.all(
    found
      // A link leads to the bundle that an update has brought.
      .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && !entry.name.startsWith('.'))
      .map(async ({ name }) => {
        const manifest = await stat(join(catalogDir, name, MANIFEST_FILE)).catch(() => undefined);
        return manifest?.isFile() === true ? [name] : [];
      }),
  );
  return ids.flat().sort();
}

/** Every model of a catalog with its manifest. Model files are not hashed: `verifyBundle` does that. */
export async function listCatalog(catalogDir: string): Promise<readonly CatalogEntry[]> {
  const ids = await catalogIds(catalogDir);
  return Promise.all(ids.map((id) => readEntry(id, join(catalogDir, id))));
}

async function readEntry(id: string, dir: string): Promise<CatalogEntry> {
  try {
    return { id, dir, manifest: await readManifest(dir) };
  } catch (error) {
    if (error instanceof ModelError) return { id, dir, error };
    throw error;
  }
}
