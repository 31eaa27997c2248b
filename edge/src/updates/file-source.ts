import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from '@lineside/kit';
import { UpdateError } from './errors.ts';

/** A part of a file, or all of it where the source did not begin where it was asked to. */
export interface FilePart {
  readonly from: number;
  /** Names the version of the file at the source (ETag), to ask for the rest of the same one later. */
  readonly tag?: string;
  readonly body: AsyncIterable<Uint8Array>;
}

/** Where the files of releases are fetched, by their hash. */
export interface FileSource {
  /** Throws UpdateError `update_download_failed`. */
  open(sha256: string, from: number, tag: string | undefined, signal: AbortSignal): Promise<FilePart>;
}

const nameOf = (sha256: string): string => `files/${sha256.slice(0, 2)}/${sha256}`;

/** A folder, such as a USB stick. */
export class FolderFiles implements FileSource {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  async open(sha256: string, from: number): Promise<FilePart> {
    const path = join(this.#folder, nameOf(sha256));
    try {
      const { size } = await stat(path);
      const start = from <= size ? from : 0;
      return { from: start, body: createReadStream(path, { start }) };
    } catch (error) {
      if (systemCode(error) === undefined) throw error;
      throw failed(sha256, messageOf(error), error);
    }
  }
}

const CONNECT_MS = 30_000;
const SILENT_MS = 30_000;

/** A web server. Asks for the rest of a file with `Range` and `If-Range` (RFC 9110, 13.1.5 and 14.2). */
export class HttpFiles implements FileSource {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** `headers` go with every request. */
  constructor(base: string, headers: Readonly<Record<string, string>> = {}) {
    this.#headers = headers;
    this.#base = base.endsWith('/') ? base : `${base}/`;
  }

  async open(sha256: string, from: number, tag: string | undefined, signal: AbortSignal): Promise<FilePart> {
    const silent = new AbortController();
    // Not a limit for the body: a slow and healthy download may take hours.
    const until = AbortSignal.any([signal, silent.signal]);
    const deadline = setTimeout(() => silent.abort(), CONNECT_MS);
    try {
      const range = from > 0 ? { range: `bytes=${from}-`, ...(tag === undefined ? {} : { 'if-range': tag }) } : {};
      const url = new URL(nameOf(sha256), this.#base);
      const response = await fetch(url, {
        headers: { ...this.#headers, ...range, 'accept-encoding': 'identity' },
        signal: until,
        redirect: 'error',
      });
      const { status, body } = response;
      if (status === 416) {
        await body?.cancel();
        return await this.open(sha256, 0, undefined, signal);
      }
      if ((status !== 200 && status !== 206) || body === null) {
        await body?.cancel();
        throw failed(sha256, `the server answers ${status}`);
      }
      const start = status === 206 ? startOf(response.headers.get('content-range')) : 0;
      if (start === undefined || start > from) throw failed(sha256, 'the server sends another part than was asked for');
      const etag = response.headers.get('etag');
      // A weak tag does not promise the same bytes (RFC 9110, 8.8.1).
      const strong = etag !== null && !etag.startsWith('W/') ? { tag: etag } : {};
      return { from: start, ...strong, body: whileItFlows(sha256, body, silent, signal) };
    } catch (error) {
      if (error instanceof UpdateError) throw error;
      signal.throwIfAborted();
      throw failed(sha256, reason(error), error);
    } finally {
      clearTimeout(deadline);
    }
  }
}

/** Ends a body that sends nothing for 30 s. */
async function* whileItFlows(
  sha256: string,
  body: AsyncIterable<Uint8Array>,
  silent: AbortController,
  signal: AbortSignal,
): AsyncGenerator<Uint8Array> {
  let timer = setTimeout(() => silent.abort(), SILENT_MS);
  try {
    for await (const part of body) {
      clearTimeout(timer);
      yield part;
      timer = setTimeout(() => silent.abort(), SILENT_MS);
    }
  } catch (error) {
    signal.throwIfAborted();
    throw failed(sha256, silent.signal.aborted ? 'the server has sent nothing for 30 s' : reason(error), error);
  } finally {
    clearTimeout(timer);
  }
}

function startOf(contentRange: string | null): number | undefined {
  const [, start] = /^bytes (\d+)-/.exec(contentRange ?? '') ?? [];
  return start === undefined ? undefined : Number(start);
}

function reason(error: unknown): string {
  return error instanceof Error && error.cause instanceof Error ? error.cause.message : messageOf(error);
}

function failed(sha256: string, why: string, cause?: unknown): UpdateError {
  return new UpdateError('update_download_failed', `cannot fetch file ${sha256.slice(0, 12)}: ${why}`, cause);
}
