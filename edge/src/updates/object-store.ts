import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, rm, stat, statfs } from 'node:fs/promises';
import { join } from 'node:path';
import type { Clock } from '@lineside/kit';
import type { ReleaseFile } from '@lineside/models/trust';
import { downloadFile, type RateLimit } from './download.ts';
import { UpdateError } from './errors.ts';
import type { FileSource } from './file-source.ts';

/** Free bytes that a download leaves to journal and evidence. */
const RESERVE_BYTES = 64 * 1024 * 1024;

export interface FetchOptions {
  readonly source: FileSource;
  readonly clock: Clock;
  readonly limit?: RateLimit;
  readonly onProgress?: (bytes: number, of: number) => void;
  readonly syncEvery?: number;
}

/** Files of releases, each once, named by their hash. */
export class ObjectStore {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  path(sha256: string): string {
    return join(this.#folder, sha256.slice(0, 2), sha256);
  }

  /** Fetches what is missing of `files`; resolves to the bytes that were fetched. Throws UpdateError. */
  async fetch(files: readonly ReleaseFile[], options: FetchOptions, signal: AbortSignal): Promise<number> {
    const of = files.reduce((sum, { bytes }) => sum + bytes, 0);
    const missing: ReleaseFile[] = [];
    let there = 0;
    for (const file of new Map(files.map((one) => [one.sha256, one])).values()) {
      if (await this.holds(file)) there += file.bytes;
      else missing.push(file);
    }
    await this.#assertSpace(missing);
    let fetched = 0;
    for (const file of missing) {
      const before = there;
      const onProgress = (bytes: number): void => options.onProgress?.(before + bytes, of);
      const path = this.path(file.sha256);
      fetched += await downloadFile({ ...options, ...file, path, onProgress }, signal);
      there += file.bytes;
    }
    options.onProgress?.(of, of);
    return fetched;
  }

  /** Whether the file is here, with the bytes that its name promises. One that is damaged is removed. */
  async holds({ sha256, bytes }: Pick<ReleaseFile, 'sha256' | 'bytes'>): Promise<boolean> {
    const path = this.path(sha256);
    const found = await stat(path).catch(() => undefined);
    if (found === undefined) return false;
    if (found.size === bytes && (await sha256Of(path)) === sha256) return true;
    await rm(path, { force: true });
    return false;
  }

  /** Removes what no bundle uses any more (each bundle has its own link), and staging files. */
  async prune(): Promise<void> {
    for (const entry of await readdir(this.#folder, { recursive: true, withFileTypes: true }).catch(() => [])) {
      if (!entry.isFile()) continue;
      const path = join(entry.parentPath, entry.name);
      const { nlink } = await stat(path);
      if (nlink === 1) await rm(path, { force: true });
    }
  }

  async #assertSpace(missing: readonly ReleaseFile[]): Promise<void> {
    const wanted = missing.reduce((sum, { bytes }) => sum + bytes, 0);
    if (wanted === 0) return;
    const { bavail, bsize } = await statfs(join(this.#folder, '..'));
    if (bavail * bsize >= wanted + RESERVE_BYTES) return;
    throw new UpdateError('update_disk_full', `${wanted} bytes are to be fetched, and ${bavail * bsize} are free`);
  }
}

/** SHA-256 of a file, hex. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  const bytes: AsyncIterable<Buffer> = createReadStream(path);
  for await (const part of bytes) hash.update(part);
  return hash.digest('hex');
}
