import { createHash } from 'node:crypto';
import { constants, createReadStream } from 'node:fs';
import { type FileHandle, open, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { Readable } from 'node:stream';
import { systemCode } from '@lineside/kit';

/** A public file that is open. */
export interface PublicFile {
  readonly bytes: number;
  /** Names these bytes: another content has another one. A strong validator (RFC 9110, 8.8.1). */
  readonly etag: string;
  /** True where the name of the file is its hash, so that it never changes. */
  readonly immutable: boolean;
  /** The bytes from `start` to `end`, both included; closes the file when it ends. */
  stream(part?: { readonly start: number; readonly end: number }): Readable;
  /** For a file whose stream is not taken. */
  close(): Promise<void>;
}

/** What is public has such names: `metadata/NAME`, `targets/.../NAME` and `files/ab/HASH`, without hidden files. */
const SEGMENT = /^[A-Za-z0-9][A-Za-z0-9._-]{0,254}$/;
const HASHED = /^files\/([0-9a-f]{2})\/(\1[0-9a-f]{62})$/;
const MAX_SEGMENTS = 8;
/** Longest document that is read in order to name its content. */
const DOCUMENT_BYTES = 16 * 1024 * 1024;

/** The folder `public/` of a repository. */
export class PublicFiles {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** The file of this name, with `/` between folders; undefined where there is none, and for any name that is none of ours. */
  async find(name: string): Promise<PublicFile | undefined> {
    const segments = name.split('/');
    if (segments.length > MAX_SEGMENTS || !segments.every((segment) => SEGMENT.test(segment))) return undefined;
    const [first] = segments;
    const hash = HASHED.exec(name)?.[2];
    if (first === 'files' ? hash === undefined : first !== 'metadata' && first !== 'targets') return undefined;
    const file = await this.#open(join(this.#folder, ...segments));
    if (file === undefined) return undefined;
    try {
      const { size } = await file.stat();
      const etag = hash ?? (size <= DOCUMENT_BYTES ? await contentHash(file, size) : undefined);
      if (etag !== undefined) return publicFile(file, size, `"${etag}"`, hash !== undefined);
    } catch (error) {
      await file.close();
      throw error;
    }
    await file.close();
    return undefined;
  }

  /** Undefined for what is not an ordinary file inside the folder, such as a link that leads out of it. */
  async #open(path: string): Promise<FileHandle | undefined> {
    try {
      const [root, real] = await Promise.all([realpath(this.#folder), realpath(path)]);
      if (!real.startsWith(root + sep)) return undefined;
      const file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
      if ((await file.stat()).isFile()) return file;
      await file.close();
      return undefined;
    } catch (error) {
      const code = systemCode(error) ?? '';
      if (['ENOENT', 'ENOTDIR', 'ELOOP', 'EISDIR', 'ENAMETOOLONG', 'ENXIO'].includes(code)) return undefined;
      throw error;
    }
  }
}

function publicFile(file: FileHandle, bytes: number, etag: string, immutable: boolean): PublicFile {
  return {
    ...{ bytes, etag, immutable },
    stream: (part = { start: 0, end: bytes - 1 }) => {
      if (bytes > 0) return file.createReadStream({ start: part.start, end: part.end, autoClose: true });
      void file.close();
      return createReadStream('/dev/null');
    },
    close: async () => file.close(),
  };
}

async function contentHash(file: FileHandle, size: number): Promise<string> {
  const content = Buffer.alloc(size);
  const { bytesRead } = await file.read(content, 0, size, 0);
  return createHash('sha256').update(content.subarray(0, bytesRead)).digest('hex');
}
