import { closeSync, fsyncSync, openSync, rmSync, statfsSync, statSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';

const CHUNK = 64 * 1024;

/**
 * Bytes that are reserved on the disk for the time when it is full. SQLite cannot delete on a full disk, because a
 * deletion is written to the WAL first: releasing the ballast gives it the space to evict records.
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

  /** Releases the space; false where there is none to release. */
  release(): boolean {
    if (statSync(this.#path, { throwIfNoEntry: false }) === undefined) return false;
    rmSync(this.#path, { force: true });
    return true;
  }

  /** Reserves the space again where the disk has twice as much free; false where it has not. Throws what the disk does. */
  take(): boolean {
    if (this.held) return true;
    const { bavail, bsize } = statfsSync(dirname(this.#path));
    if (bavail * bsize < 2 * this.#bytes) return false;
    try {
      this.#write();
      return true;
    } catch (error) {
      // Half a ballast would look like a complete one.
      rmSync(this.#path, { force: true });
      throw error;
    }
  }

  /** Random bytes: a file system that compresses would reserve no space for zeros. */
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
