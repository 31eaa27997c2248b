import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { restrictSync, syncFolder, systemCode } from '@lineside/kit';
import type { ByteRange, MediaStore } from './media-store.ts';

/** Pictures as files of one folder, distributed over 256 subfolders by the first byte of their hash. */
export class FileMedia implements MediaStore {
  readonly #folder: string;

  /** `folder` must be on the same file system as the files that `put` takes over. */
  constructor(folder: string) {
    this.#folder = folder;
  }

  async put(sha256: string, { path }: { readonly path: string }): Promise<void> {
    const folder = join(this.#folder, sha256.slice(0, 2));
    if ((await mkdir(folder, { recursive: true, mode: 0o750 })) !== undefined) await syncFolder(this.#folder);
    // An upload in parts was written with the rights that the umask leaves.
    restrictSync(path);
    await rename(path, this.#path(sha256));
    await syncFolder(folder);
  }

  async has(sha256: string): Promise<boolean> {
    try {
      return (await stat(this.#path(sha256))).isFile();
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return false;
      throw error;
    }
  }

  async open(sha256: string, range?: ByteRange): Promise<Readable | undefined> {
    try {
      const file = await open(this.#path(sha256), 'r');
      return file.createReadStream(range === undefined ? {} : { start: range.start, end: range.end });
    } catch (error) {
      if (systemCode(error) === 'ENOENT') return undefined;
      throw error;
    }
  }

  async remove(sha256: string): Promise<void> {
    await rm(this.#path(sha256), { force: true });
  }

  #path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }
}
