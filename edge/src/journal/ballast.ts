import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const CHUNK = 64 * 1024;

/**
 * Bytes that are kept on the disk for the day it is full. SQLite cannot delete on a full disk, because a deletion is
 * written to the WAL first: freeing the ballast gives it the room to give something up.
 */
export class Ballast {
  readonly #path: string;
  readonly #bytes: number;
  readonly #random: (count: number) => Uint8Array;

  constructor(path: string, bytes: number, random: (count: number) => Uint8Array) {
    this.#path = path;
    this.#bytes = bytes;
    this.#random = random;
  }

  get held(): boolean {
    return statSync(this.#path, { throwIfNoEntry: false })?.size === this.#bytes;
  }

  /** Frees the room; false where there is none to free. */
  release(): boolean {
    if (statSync(this.#path, { throwIfNoEntry: false }) === undefined) return false;
    rmSync(this.#path, { force: true });
    return true;
  }

  /** Takes the room again where the disk has several times as much; false where it has not. Throws what the disk does. */
  take(): boolean {
    if (this.held) return true;
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    if (bavail * bsize < 2 * this.#bytes) return false;
    try {
      this.#write();
      return true;
    } catch (error) {
      // Half a ballast would be taken for one that is held by whoever looks at the folder.
      rmSync(this.#path, { force: true });
      throw error;
    }
  }

  /** Random bytes: a file system that compresses or finds zeros would keep no room for them. */
  #write(): void {
    const file = openSync(this.#path, 'w', 0o640);
    try {
      for (let left = this.#bytes; left > 0; left -= CHUNK) writeSync(file, this.#random(Math.min(CHUNK, left)));
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
  }
}
