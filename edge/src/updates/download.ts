import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { type FileHandle, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { type Clock, messageOf, syncFolder, systemCode, writeFileAtomic } from '@lineside/kit';
import { z } from 'zod';
import { UpdateError } from './errors.ts';
import type { FilePart, FileSource } from './file-source.ts';

/** What limits the bytes per second; `spend` is called with every part. */
export interface RateLimit {
  spend(bytes: number, nowMs: number): void;
  waitMs(nowMs: number): number;
}

export interface DownloadOptions {
  readonly source: FileSource;
  readonly sha256: string;
  readonly bytes: number;
  /** Where the complete file goes. */
  readonly path: string;
  readonly clock: Clock;
  readonly limit?: RateLimit;
  /** Called with the bytes that are there. */
  readonly onProgress?: (bytes: number) => void;
  /** Bytes between two syncs; only what came since the last one is fetched again after a power cut. */
  readonly syncEvery?: number;
}

const SYNC_EVERY = 4 * 1024 * 1024;

/** How much of a staging file is certain to be on the disk. */
const Mark = z.object({ bytes: z.int().nonnegative(), tag: z.string().optional() });
type Mark = z.infer<typeof Mark>;

/**
 * Fetches a file into a staging file, goes on where an earlier attempt ended, compares its hash and length, and only then gives
 * it its name. Resolves to the bytes fetched now. Throws UpdateError; a file whose hash is wrong is fetched once more from the
 * beginning, because its staging file may have been damaged.
 */
export async function downloadFile(options: DownloadOptions, signal: AbortSignal): Promise<number> {
  await mkdir(dirname(options.path), { recursive: true, mode: 0o750 });
  const begun = await readMark(options.path);
  const first = await attempt(options, begun, signal);
  if (first.complete) return first.fetched;
  if (begun.bytes === 0) throw damaged(options);
  const second = await attempt(options, { bytes: 0 }, signal);
  if (!second.complete) throw damaged(options);
  return first.fetched + second.fetched;
}

async function attempt(
  options: DownloadOptions,
  mark: Mark,
  signal: AbortSignal,
): Promise<{ readonly complete: boolean; readonly fetched: number }> {
  const { path, sha256, bytes } = options;
  const part = partOf(path);
  const file = await open(part, constants.O_RDWR | constants.O_CREAT, 0o640);
  let fetched = 0;
  try {
    const { size } = await file.stat();
    // What lies beyond the mark may be anything: the power may have failed before it reached the disk.
    const sure = Math.min(mark.bytes, size, bytes);
    await file.truncate(sure);
    const hash = await hashOf(file, sure);
    let at = sure;
    if (sure < bytes) {
      const answer = await options.source.open(sha256, sure, mark.tag, signal);
      if (answer.from < sure) {
        await file.truncate(0);
        return {
          complete: await receiveFrom(options, file, createHash('sha256'), answer, signal, (n) => (fetched += n)),
          fetched,
        };
      }
      return { complete: await receiveFrom(options, file, hash, answer, signal, (n) => (fetched += n)), fetched };
    }
    at = sure;
    return { complete: await finish(options, file, hash.digest('hex'), at), fetched };
  } catch (error) {
    if (systemCode(error) === 'ENOSPC') {
      throw new UpdateError('update_disk_full', `no space for file ${sha256.slice(0, 12)} (${bytes} bytes)`, error);
    }
    throw error;
  } finally {
    await file.close();
  }
}

async function receiveFrom(
  options: DownloadOptions,
  file: FileHandle,
  hash: ReturnType<typeof createHash>,
  { from, tag, body }: FilePart,
  signal: AbortSignal,
  count: (bytes: number) => void,
): Promise<boolean> {
  const { path, bytes, clock, limit, onProgress, syncEvery = SYNC_EVERY } = options;
  let at = from;
  let synced = from;
  const sync = async (): Promise<void> => {
    await file.datasync();
    await writeMark(path, { bytes: at, ...(tag === undefined ? {} : { tag }) });
    synced = at;
  };
  try {
    for await (const piece of body) {
      signal.throwIfAborted();
      if (at + piece.byteLength > bytes) return await discard(path);
      await file.write(piece, 0, piece.byteLength, at);
      hash.update(piece);
      at += piece.byteLength;
      count(piece.byteLength);
      onProgress?.(at);
      if (at - synced >= syncEvery) await sync();
      if (limit === undefined) continue;
      limit.spend(piece.byteLength, clock.monoMs());
      const wait = limit.waitMs(clock.monoMs());
      if (wait > 0) await clock.sleep(wait, signal);
    }
  } catch (error) {
    if (at > synced && systemCode(error) !== 'ENOSPC') await sync();
    throw error;
  }
  if (at < bytes) {
    await sync();
    throw new UpdateError('update_download_failed', `the file ended after ${at} of ${bytes} bytes`);
  }
  return finish(options, file, hash.digest('hex'), at);
}

/** Gives the file its name where it is what it should be; throws it away otherwise. */
async function finish(options: DownloadOptions, file: FileHandle, actual: string, at: number): Promise<boolean> {
  const { path, sha256, bytes } = options;
  if (actual !== sha256 || at !== bytes) return discard(path);
  await file.sync();
  await rename(partOf(path), path);
  await syncFolder(dirname(path));
  await rm(markOf(path), { force: true });
  return true;
}

async function discard(path: string): Promise<false> {
  await rm(markOf(path), { force: true });
  await rm(partOf(path), { force: true });
  return false;
}

async function hashOf(file: FileHandle, bytes: number): Promise<ReturnType<typeof createHash>> {
  const hash = createHash('sha256');
  const buffer = Buffer.alloc(Math.min(bytes, 1024 * 1024));
  for (let at = 0; at < bytes; ) {
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
  }
  return hash;
}

const partOf = (path: string): string => `${path}.part`;
const markOf = (path: string): string => `${path}.mark`;

async function readMark(path: string): Promise<Mark> {
  try {
    return Mark.parse(JSON.parse(await readFile(markOf(path), 'utf8')));
  } catch (error) {
    // Without a mark nothing is certain, and the file is fetched from its beginning.
    if (systemCode(error) !== undefined || error instanceof SyntaxError || error instanceof z.ZodError)
      return { bytes: 0 };
    throw new Error(`cannot read ${markOf(path)}: ${messageOf(error)}`, { cause: error });
  }
}

async function writeMark(path: string, mark: Mark): Promise<void> {
  await writeFileAtomic(markOf(path), JSON.stringify(mark));
}

function damaged({ sha256, bytes }: DownloadOptions): UpdateError {
  return new UpdateError(
    'update_file_damaged',
    `file ${sha256.slice(0, 12)} (${bytes} bytes) is not what its hash says`,
  );
}
