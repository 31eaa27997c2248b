import { link, lstat, mkdir, open, readdir, readlink, rename, rm, symlink } from 'node:fs/promises';
import { basename, dirname, join, relative } from 'node:path';
import { syncFolder, systemCode } from '@lineside/kit';
import { importedDir, ModelError, verifyBundle } from '@lineside/models';
import type { ModelRelease } from '@lineside/models/trust';
import { UpdateError } from './errors.ts';
import { type ObjectStore, sha256Of } from './object-store.ts';

/**
 * What the line takes a model from: a bundle that an update brought, a folder of a person (imported or taught here), or the
 * catalog.
 */
export type Pointer =
  | { readonly kind: 'update'; readonly bundle: string }
  | { readonly kind: 'local' }
  | { readonly kind: 'catalog' };

/**
 * Bundles that updates brought, each complete and never changed, and the pointers to those in use: `models/ID` in the data
 * folder is then a symbolic link, so that one rename swaps a model.
 */
export class BundleStore {
  readonly #bundles: string;
  readonly #models: string;

  /** `folder`: that of the updates. */
  constructor(dataDir: string, folder: string) {
    this.#bundles = join(folder, 'bundles');
    this.#models = importedDir(dataDir);
  }

  path(bundle: string): string {
    return join(this.#bundles, bundle);
  }

  /** Puts the files of a release together and checks the bundle as a model. Throws UpdateError `update_bundle_invalid`. */
  async assemble(bundle: string, release: ModelRelease, objects: ObjectStore): Promise<void> {
    const to = this.path(bundle);
    const staging = `${to}.staging`;
    await rm(staging, { recursive: true, force: true });
    for (const { path, sha256, bytes } of release.files) {
      const object = objects.path(sha256);
      if (!(await objects.holds({ sha256, bytes }))) {
        throw new UpdateError('update_file_damaged', `file ${path} of ${bundle} is damaged on this disk`);
      }
      await mkdir(join(staging, dirname(path)), { recursive: true, mode: 0o750 });
      await link(object, join(staging, path));
    }
    await syncTree(staging);
    try {
      const { manifest } = await verifyBundle(staging);
      if (manifest.id !== release.id || manifest.version !== release.version) {
        throw new UpdateError(
          'update_bundle_invalid',
          `the bundle is ${manifest.id} ${manifest.version}, not ${bundle}`,
        );
      }
    } catch (error) {
      await rm(staging, { recursive: true, force: true });
      if (error instanceof ModelError) throw new UpdateError('update_bundle_invalid', error.message, error);
      throw error;
    }
    await rm(to, { recursive: true, force: true });
    await rename(staging, to);
    await syncFolder(this.#bundles);
  }

  /** Whether every file of an assembled bundle is still what the release says. */
  async isSound(bundle: string, release: ModelRelease): Promise<boolean> {
    for (const { path, sha256 } of release.files) {
      const actual = await sha256Of(join(this.path(bundle), path)).catch(() => '');
      if (actual !== sha256) return false;
    }
    return true;
  }

  async pointer(id: string): Promise<Pointer> {
    const path = join(this.#models, id);
    try {
      const found = await lstat(path);
      return found.isSymbolicLink() ? { kind: 'update', bundle: basename(await readlink(path)) } : { kind: 'local' };
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return { kind: 'catalog' };
      throw error;
    }
  }

  /** Every model that an update brought, by id. */
  async pointers(): Promise<ReadonlyMap<string, string>> {
    const found = new Map<string, string>();
    for (const id of await readdir(this.#models).catch(() => [])) {
      const pointer = await this.pointer(id);
      if (pointer.kind === 'update') found.set(id, pointer.bundle);
    }
    return found;
  }

  /** From now on the line takes the model from there: one rename, durable. Throws UpdateError where a person's folder is in the way. */
  async point(id: string, to: Exclude<Pointer, { kind: 'local' }>): Promise<void> {
    const path = join(this.#models, id);
    const now = await this.pointer(id);
    if (now.kind === 'local') throw new UpdateError('update_local_model', `${path} is a model of this device`);
    if (to.kind === 'catalog') {
      await rm(path, { force: true });
    } else {
      await mkdir(this.#models, { recursive: true, mode: 0o750 });
      const next = join(this.#models, `.${id}.next`);
      await rm(next, { force: true });
      await symlink(relative(this.#models, this.path(to.bundle)), next);
      await rename(next, path);
    }
    await syncFolder(this.#models).catch((error: unknown) => {
      if (systemCode(error) !== 'ENOENT') throw error;
    });
  }

  /** Removes every bundle but `keep`. */
  async prune(keep: ReadonlySet<string>): Promise<void> {
    for (const name of await readdir(this.#bundles).catch(() => [])) {
      if (!keep.has(name)) await rm(join(this.#bundles, name), { recursive: true, force: true });
    }
  }
}

/** Makes names in all folders below durable; the files themselves were synced when they were fetched. */
async function syncTree(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await syncTree(join(folder, entry.name));
  }
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
