import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode, messageOf } from '@lineside/kit';
import { TrustError } from './errors.ts';

/** Where a repository's metadata and release documents are fetched. */
export interface MetadataSource {
  /**
   * The bytes of `name`, a path from the root of the repository; undefined where there is no such file. Throws TrustError
   * (`update_source_unreachable`, or `update_metadata_unreadable` for more than `maxBytes`).
   */
  fetch(name: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined>;
}

/** A repository in a folder: a USB stick, or a test. */
export class FolderSource implements MetadataSource {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async fetch(name: string, maxBytes: number): Promise<Buffer | undefined> {
    try {
      const file = await open(join(this.#folder, name), 'r');
      try {
        const { size } = await file.stat();
        if (size > maxBytes) throw tooLong(name, maxBytes);
        return await file.readFile();
      } finally {
        await file.close();
      }
    } catch (error) {
      if (error instanceof TrustError) throw error;
      if (systemCode(error) === 'ENOENT' || systemCode(error) === 'ENOTDIR') return undefined;
      throw unreachable(name, error);
    }
  }
}

const ANSWER_MS = 30_000;

/** A repository behind HTTP or HTTPS. A request that gets no byte for 30 s ends. */
export class HttpSource implements MetadataSource {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** `base` without credentials in it, such as `https://updates.example.com/`; `headers` go with every request. */
  constructor(base: string, headers: Readonly<Record<string, string>> = {}) {
    this.#headers = headers;
    this.#base = base.endsWith('/') ? base : `${base}/`;
  }

  async fetch(name: string, maxBytes: number, signal: AbortSignal): Promise<Buffer | undefined> {
    try {
      const until = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
      const response = await fetch(new URL(name, this.#base), {
        signal: until,
        redirect: 'error',
        headers: this.#headers,
      });
      if (response.status === 404 || response.status === 403) {
        await response.body?.cancel();
        return undefined;
      }
      if (!response.ok || response.body === null) throw new Error(`the server answers ${response.status}`);
      const parts: Uint8Array[] = [];
      let bytes = 0;
      const body: AsyncIterable<Uint8Array> = response.body;
      for await (const part of body) {
        bytes += part.byteLength;
        if (bytes > maxBytes) throw tooLong(name, maxBytes);
        parts.push(part);
      }
      return Buffer.concat(parts);
    } catch (error) {
      if (error instanceof TrustError) throw error;
      signal.throwIfAborted();
      throw unreachable(name, error);
    }
  }
}

function tooLong(name: string, maxBytes: number): TrustError {
  return new TrustError('update_metadata_unreadable', `${name} is longer than ${maxBytes} bytes`);
}

function unreachable(name: string, error: unknown): TrustError {
  const why = error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
  return new TrustError('update_source_unreachable', `cannot fetch ${name}: ${why}`, error);
}
