import { createHash, randomBytes } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, open, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { finished } from 'node:stream/promises';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { isDeviceId } from '@lineside/protocol';
import { syncFolder } from '../atomic-file.ts';
import { matchesPassword } from '../broker/index.ts';
import type { Clock } from '../clock.ts';
import { systemCode } from '../errors.ts';
import type { CollectorStore } from '../store/index.ts';
import { ProblemError } from './problem.ts';

const SHA256 = /^[0-9a-f]{64}$/;

export type MediaResult = 'stored' | 'known' | 'refused';

export interface MediaOptions {
  readonly store: CollectorStore;
  readonly clock: Clock;
  /** Folder of the files, named by their hash. */
  readonly folder: string;
  readonly maxBytes: number;
  readonly count: (result: MediaResult) => void;
}

/** Routes of pictures: devices PUT them with their credential; they are named by their hash, so a wrong one cannot stay. */
export async function mediaRoutes(app: FastifyInstance, options: MediaOptions): Promise<void> {
  await rm(join(options.folder, 'incoming'), { recursive: true, force: true });
  await mkdir(join(options.folder, 'incoming'), { recursive: true, mode: 0o750 });
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is left a stream: it is hashed and written as it comes, and never held whole.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.addHook('onRequest', async (request) => authenticate(request, options.store));
    scope.put('/media/:device/:sha256', async (request, reply) => {
      try {
        const stored = await receive(request, options);
        options.count(stored ? 'stored' : 'known');
        return await reply.code(stored ? 201 : 200).send({ sha256: param(request, 'sha256') });
      } catch (error) {
        options.count('refused');
        throw error;
      }
    });
    scope.head('/media/:device/:sha256', async (request, reply) => {
      const known = await options.store.media(param(request, 'sha256'));
      return reply.code(known === undefined ? 404 : 200).send();
    });
  });
}

/** Serves a stored picture; `undefined` when it is not here. */
export async function openMedia(options: Pick<MediaOptions, 'store' | 'folder'>, sha256: string) {
  const row = SHA256.test(sha256) ? await options.store.media(sha256) : undefined;
  return row === undefined ? undefined : { row, stream: () => createReadStream(mediaPath(options.folder, sha256)) };
}

function mediaPath(folder: string, sha256: string): string {
  return join(folder, sha256.slice(0, 2), sha256);
}

function param(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}

/** HTTP Basic with the device's own credential; the path's device must be the one who asks. */
async function authenticate(request: FastifyRequest, store: CollectorStore): Promise<void> {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const [, user, password] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  const credential = user !== undefined && isDeviceId(user) ? await store.credential(user) : undefined;
  const fits = credential !== undefined && (await matchesPassword(password ?? '', credential.hash));
  if (!fits) {
    throw new ProblemError({
      status: 401,
      code: 'credential_wrong',
      title: 'The device credential is missing or wrong.',
      advice: 'make one with: lineside-collector device add ID',
    });
  }
  if (user !== param(request, 'device')) {
    throw new ProblemError({
      status: 403,
      code: 'device_mismatch',
      title: 'A device can only store its own pictures.',
    });
  }
  if (!SHA256.test(param(request, 'sha256'))) {
    throw new ProblemError({
      status: 400,
      code: 'hash_invalid',
      title: 'The name is not a SHA-256 in lower-case hex.',
    });
  }
}

/** True when the file is new, false when it was here. Resolves only when it is on disk and in the store. */
async function receive(request: FastifyRequest, options: MediaOptions): Promise<boolean> {
  const { store, folder, maxBytes, clock } = options;
  const sha256 = param(request, 'sha256');
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooBig(maxBytes);
  if ((await store.media(sha256)) !== undefined && (await exists(mediaPath(folder, sha256)))) {
    await finished(request.raw.resume());
    return false;
  }
  const temporary = join(folder, 'incoming', randomBytes(12).toString('hex'));
  try {
    const written = await write(request.raw, temporary, maxBytes);
    if (written.sha256 !== sha256) {
      throw new ProblemError({
        status: 422,
        code: 'hash_mismatch',
        title: `The bytes hash to ${written.sha256}.`,
        advice: 'send the file again',
      });
    }
    const path = mediaPath(folder, sha256);
    await mkdir(join(folder, sha256.slice(0, 2)), { recursive: true, mode: 0o750 });
    await rename(temporary, path);
    await syncFolder(join(folder, sha256.slice(0, 2)));
    const { bytes, mime } = written;
    await store.saveMedia({ sha256, device: param(request, 'device'), bytes, mime, storedMs: clock.wallMs() });
    return true;
  } catch (error) {
    throw explain(error);
  } finally {
    await rm(temporary, { force: true });
  }
}

async function write(body: Readable, path: string, maxBytes: number) {
  const hash = createHash('sha256');
  let bytes = 0;
  let start = Buffer.alloc(0);
  const file = await open(path, 'wx', 0o640);
  try {
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > maxBytes) throw tooBig(maxBytes);
      if (start.length < 16) start = Buffer.concat([start, chunk]).subarray(0, 16);
      hash.update(chunk);
      await file.write(chunk);
    }
    await file.sync();
  } finally {
    await file.close();
  }
  return { sha256: hash.digest('hex'), bytes, mime: sniff(start) };
}

/** Type by the first bytes: what a browser may show is not the sender's to say. */
function sniff(start: Buffer): string {
  if (start.subarray(0, 3).equals(Buffer.from([0xff, 0xd8, 0xff]))) return 'image/jpeg';
  if (start.subarray(0, 8).equals(Buffer.from([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]))) return 'image/png';
  return 'application/octet-stream';
}

async function exists(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return false;
    throw error;
  }
}

function tooBig(maxBytes: number): ProblemError {
  return new ProblemError({
    status: 413,
    code: 'too_big',
    title: `A picture may have ${maxBytes} bytes here.`,
    advice: 'raise media.maxBytes of the collector',
  });
}

function explain(error: unknown): unknown {
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return new ProblemError({ status: 507, code: 'disk_full', title: 'The collector has no room.' });
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return new ProblemError({ status: 400, code: 'body_cut', title: 'The body ended early.' });
    case undefined:
    default:
      return error;
  }
}
