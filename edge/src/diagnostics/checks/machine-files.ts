import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Reads files of the kernel under a folder that stands for `/`; what is not there, or not for this user, is undefined. */
export class MachineFiles {
  readonly #root: string;

  constructor(root = '/') {
    this.#root = root;
  }

  async text(path: string): Promise<string | undefined> {
    return readFile(join(this.#root, path), 'utf8').then(
      (text) => text.trim(),
      () => undefined,
    );
  }

  /** Names in a folder that begin with `prefix`. */
  async names(folder: string, prefix: string): Promise<readonly string[]> {
    const names = await readdir(join(this.#root, folder)).catch(() => []);
    return names.filter((name) => name.startsWith(prefix)).sort();
  }
}
