import { finished } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { systemCode } from '@lineside/kit';
import type { CredentialStore } from '../broker/index.ts';
import { byteRange } from './byte-range.ts';
import { HashMismatch, TooManyBytes, type MediaCatalogue, type MediaIngest, type MediaStore } from '../media/index.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import { authenticateDevice, param } from './device-access.ts';
import { ProblemError } from './problem.ts';

const SHA256 = /^[0-9a-f]{64}$/;

export type MediaResult = 'stored' | 'known' | 'refused';

/** What the routes of pictures need. */
export interface MediaOptions {
  readonly credentials: Pick<CredentialStore, 'get'>;
  readonly ingest: MediaIngest;
  readonly count: (result: MediaResult) => void;
}

/** Routes of pictures: devices PUT them with their credential; the name is the hash, so wrong bytes are never stored. */
export async function mediaRoutes(app: FastifyInstance, options: MediaOptions, attempts: AttemptLimit): Promise<void> {
  const { credentials, ingest, count } = options;
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body stays a stream: it is hashed and written as it arrives, and never held in memory as a whole.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.addHook('onRequest', async (request) => {
      await authenticateDevice(request, credentials, attempts);
      assertHash(param(request, 'sha256'));
    });
    scope.put('/media/:device/:sha256', async (request, reply) => {
      try {
        const stored = await receive(request, ingest);
        count(stored ? 'stored' : 'known');
        return await reply.code(stored ? 201 : 200).send({ sha256: param(request, 'sha256') });
      } catch (error) {
        count('refused');
        throw explain(error, ingest.options.maxBytes);
      }
    });
    scope.head('/media/:device/:sha256', async (request, reply) => {
      const known = await ingest.known(param(request, 'sha256'));
      return reply.code(known === undefined ? 404 : 200).send();
    });
  });
}

/** Serves a stored picture or clip, or the part of it that `range` asks for; false when there is none. */
export async function sendMedia(
  { catalogue, media }: { readonly catalogue: Pick<MediaCatalogue, 'get'>; readonly media: MediaStore },
  sha256: string,
  reply: FastifyReply,
  range?: string,
): Promise<boolean> {
  const row = SHA256.test(sha256) ? await catalogue.get(sha256) : undefined;
  if (row === undefined) return false;
  const part = byteRange(range, row.bytes);
  if (part === 'outside') {
    reply.header('content-range', `bytes */${row.bytes}`);
    throw new ProblemError({ status: 416, code: 'range_invalid', title: 'There are no such bytes of it.' });
  }
  const stream = await media.open(sha256, part);
  if (stream === undefined) return false;
  reply.type(row.mime).header('accept-ranges', 'bytes');
  if (part === undefined) await reply.header('content-length', row.bytes).send(stream);
  else {
    const { start, end } = part;
    const headers = { 'content-range': `bytes ${start}-${end}/${row.bytes}`, 'content-length': end - start + 1 };
    await reply.code(206).headers(headers).send(stream);
  }
  return true;
}

export function assertHash(sha256: string): void {
  if (SHA256.test(sha256)) return;
  throw new ProblemError({
    status: 400,
    code: 'hash_invalid',
    title: 'The name is not a SHA-256 in lower-case hexadecimal digits.',
  });
}

/** True when the file is new, false when it was stored already. Resolves only when it is on disk and committed. */
async function receive(request: FastifyRequest, ingest: MediaIngest): Promise<boolean> {
  const sha256 = param(request, 'sha256');
  if (Number(request.headers['content-length'] ?? 0) > ingest.options.maxBytes) throw new TooManyBytes();
  if ((await ingest.known(sha256)) !== undefined) {
    await finished(request.raw.resume());
    return false;
  }
  await ingest.receive(param(request, 'device'), sha256, request.raw);
  return true;
}

/** The HTTP problem for an error of media ingest. */
export function explain(error: unknown, maxBytes: number): unknown {
  if (error instanceof HashMismatch) {
    return new ProblemError({
      status: 422,
      code: 'hash_mismatch',
      title: `The bytes hash to ${error.found}.`,
      advice: 'send the file again',
    });
  }
  if (error instanceof TooManyBytes) {
    return new ProblemError({
      status: 413,
      code: 'too_big',
      title: `A picture may have at most ${maxBytes} bytes here.`,
      advice: 'raise media.maxBytes in the configuration of the collector',
    });
  }
  switch (systemCode(error)) {
    case 'ENOSPC':
    case 'EDQUOT':
    case 'SQLITE_FULL':
      return new ProblemError({ status: 507, code: 'disk_full', title: 'The disk of the collector is full.' });
    case 'ECONNRESET':
    case 'ERR_STREAM_PREMATURE_CLOSE':
      return new ProblemError({ status: 400, code: 'body_cut', title: 'The body ended early.' });
    case undefined:
    default:
      return error;
  }
}
