import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, writeFileAtomic } from '@lineside/kit';

/**
 * Metadata that was verified, in a folder. It saves fetching and is never trusted by itself: each file is verified again
 * when it is read, so that a torn, empty, missing or foreign one is only fetched anew.
 */
export class MetadataCache {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file of a role; undefined where there is none or it cannot be read. */
  async read(role: string): Promise<Buffer | undefined> {
    try {
      return await readFile(this.#path(role));
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      return undefined;
    }
  }

  /** Old file or new file, whatever happens in between. */
  async write(role: string, bytes: Buffer): Promise<void> {
    await writeFileAtomic(this.#path(role), bytes);
  }

  async forget(role: string): Promise<void> {
    await rm(this.#path(role), { force: true });
  }

  #path(role: string): string {
    return join(this.#folder, `${encodeURIComponent(role)}.json`);
  }
}
