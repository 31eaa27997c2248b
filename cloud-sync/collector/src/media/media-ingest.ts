import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { type Clock, makePrivateFolderSync } from '@lineside/kit';
import type { MediaCatalogue } from './media-catalogue.ts';
import type { MediaStore } from './media-store.ts';

export interface MediaIngestOptions {
  readonly catalogue: MediaCatalogue;
  readonly media: MediaStore;
  readonly clock: Clock;
  /** Folder for bytes that are being received. */
  readonly folder: string;
  readonly maxBytes: number;
}

/** The bytes do not have the hash that their name says. */
export class HashMismatch extends Error {
  override readonly name = 'HashMismatch';
  readonly found: string;

  constructor(found: string) {
    super(`the bytes hash to ${found}`);
    this.found = found;
  }
}

/** More bytes than a picture may have. */
export class TooManyBytes extends Error {
  override readonly name = 'TooManyBytes';
}

interface Written {
  readonly sha256: string;
  readonly bytes: number;
  readonly mime: string;
}

/** From received bytes to a stored picture: hashed, on disk, in the media store, committed, in this order. */
export class MediaIngest {
  readonly options: MediaIngestOptions;

  constructor(options: MediaIngestOptions) {
    this.options = options;
  }

  /** Folder of uploads that can be resumed. */
  get uploads(): string {
    return join(this.options.folder, 'uploads');
  }

  /** Makes its folders; incomplete files of single requests are deleted, because they cannot be resumed. */
  async prepare(): Promise<void> {
    await rm(this.#incoming, { recursive: true, force: true });
    for (const folder of [this.options.folder, this.#incoming, this.uploads]) makePrivateFolderSync(folder);
  }

  /** Names of unfinished uploads that end with `suffix`, oldest first, as far as there are more than `most`. */
  async surplusUploads(suffix: string, most: number): Promise<readonly string[]> {
    const names = (await readdir(this.uploads)).filter((name) => name.endsWith(suffix));
    if (names.length <= most) return [];
    const dated = await Promise.all(
      names.map(async (name) => ({ name, atMs: (await stat(join(this.uploads, name))).mtimeMs })),
    );
    return dated
      .toSorted((a, b) => a.atMs - b.atMs)
      .slice(0, names.length - most)
      .map(({ name }) => name);
  }

  /** Size in bytes of a picture that is stored already; undefined when it is not. */
  async known(sha256: string): Promise<number | undefined> {
    const row = await this.options.catalogue.get(sha256);
    return row !== undefined && (await this.options.media.has(sha256)) ? row.bytes : undefined;
  }

  /** Stores a picture that arrives in one piece. Throws HashMismatch, TooManyBytes, and errors of disk and database. */
  async receive(device: string, sha256: string, body: Readable): Promise<void> {
    const path = join(this.#incoming, randomBytes(12).toString('hex'));
    try {
      await this.#keep(device, sha256, path, await write(body, path, this.options.maxBytes));
    } finally {
      await rm(path, { force: true });
    }
  }

  /** Stores a file that arrived in parts; the file is gone afterwards unless the media store or the database failed. */
  async takeOver(device: string, sha256: string, path: string): Promise<void> {
    await this.#keep(device, sha256, path, await inspect(path));
  }

  async #keep(device: string, sha256: string, path: string, written: Written): Promise<void> {
    if (written.sha256 !== sha256) throw new HashMismatch(written.sha256);
    const { bytes, mime } = written;
    await this.options.media.put(sha256, { path, bytes, mime });
    await this.options.catalogue.save({ sha256, device, bytes, mime, storedAtMs: this.options.clock.wallMs() });
  }

  get #incoming(): string {
    return join(this.options.folder, 'incoming');
  }
}

async function write(body: Readable, path: string, maxBytes: number): Promise<Written> {
  const sink = new DigestSink();
  const file = await open(path, 'wx', 0o640);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      if (sink.bytes + chunk.length > maxBytes) throw new TooManyBytes();
      sink.add(chunk);
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return sink.result();
}

async function inspect(path: string): Promise<Written> {
  const sink = new DigestSink();
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
  for await (const chunk of createReadStream(path) as AsyncIterable<Buffer>) sink.add(chunk);
  return sink.result();
}

class DigestSink {
  readonly #hash = createHash('sha256');
  #start = Buffer.alloc(0);
  bytes = 0;

  add(chunk: Buffer): void {
    this.bytes += chunk.length;
    if (this.#start.length < 16) this.#start = Buffer.concat([this.#start, chunk]).subarray(0, 16);
    this.#hash.update(chunk);
  }

  result(): Written {
    return { sha256: this.#hash.digest('hex'), bytes: this.bytes, mime: sniff(this.#start) };
  }
}

/** Media type by the first bytes: the sender must not decide what a browser shows. */
function sniff(start: Buffer): string {
  if (start.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (start.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  if (start.toString('latin1', 4, 8) === 'ftyp') return 'video/mp4';
  return 'application/octet-stream';
}
