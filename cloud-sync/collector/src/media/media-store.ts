import type { Readable } from 'node:stream';

/** Bytes from `start` to `end`, both included. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Where the bytes of pictures are, each under its SHA-256 (64 hexadecimal digits). */
export interface MediaStore {
  /** Takes over the file at `path`, which is complete and on disk; resolves when its bytes would survive a power cut. */
  put(sha256: string, file: { readonly path: string; readonly bytes: number; readonly mime: string }): Promise<void>;
  has(sha256: string): Promise<boolean>;
  /** All of it, or a part; undefined when it is not stored. */
  open(sha256: string, range?: ByteRange): Promise<Readable | undefined>;
  /** Does nothing when it is not stored. */
  remove(sha256: string): Promise<void>;
}
