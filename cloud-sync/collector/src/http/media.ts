import { finished } from 'node:stream/promises';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { systemCode } from '@lineside/kit';
import { HashMismatch, TooManyBytes, type Intake, type MediaStore } from '../media/index.ts';
import type { CollectorStore } from '../store/index.ts';
import { authenticateDevice, param } from './device-access.ts';
import { ProblemError } from './problem.ts';

const SHA256 = /^[0-9a-f]{64}$/;

export type MediaResult = 'stored' | 'known' | 'refused';

export interface MediaOptions {
  readonly intake: Intake;
  /** URL that devices are told for uploads that can be resumed. */
  readonly uploadUrl: () => string;
  readonly count: (result: MediaResult) => void;
}

/** Routes of pictures: devices PUT them with their credential; they are named by their hash, so a wrong one cannot stay. */
export async function mediaRoutes(app: FastifyInstance, options: MediaOptions): Promise<void> {
  const { intake, count } = options;
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The body is left a stream: it is hashed and written as it comes, and never held whole.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.addHook('onRequest', async (request) => {
      await authenticateDevice(request, intake.options.store);
      assertHash(param(request, 'sha256'));
    });
    scope.put('/media/:device/:sha256', async (request, reply) => {
      try {
        const stored = await receive(request, intake);
        count(stored ? 'stored' : 'known');
        return await reply.code(stored ? 201 : 200).send({ sha256: param(request, 'sha256') });
      } catch (error) {
        count('refused');
        throw explain(error, intake.options.maxBytes);
      }
    });
    scope.head('/media/:device/:sha256', async (request, reply) => {
      const known = await intake.known(param(request, 'sha256'));
      return reply.code(known === undefined ? 404 : 200).send();
    });
  });
}

/** Serves a stored picture; false when it is not here. */
export async function sendMedia(
  { store, media }: { readonly store: CollectorStore; readonly media: MediaStore },
  sha256: string,
  reply: FastifyReply,
): Promise<boolean> {
  const row = SHA256.test(sha256) ? await store.media(sha256) : undefined;
  const stream = row === undefined ? undefined : await media.open(sha256);
  if (row === undefined || stream === undefined) return false;
  await reply.type(row.mime).header('content-length', row.bytes).send(stream);
  return true;
}

export function assertHash(sha256: string): void {
  if (SHA256.test(sha256)) return;
  throw new ProblemError({
    status: 400,
    code: 'hash_invalid',
    title: 'The name is not a SHA-256 in lower-case hex.',
  });
}

/** True when the file is new, false when it was here. Resolves only when it is on disk and in the store. */
async function receive(request: FastifyRequest, intake: Intake): Promise<boolean> {
  const sha256 = param(request, 'sha256');
  if (Number(request.headers['content-length'] ?? 0) > intake.options.maxBytes) throw new TooManyBytes();
  if ((await intake.known(sha256)) !== undefined) {
    await finished(request.raw.resume());
    return false;
  }
  await intake.receive(param(request, 'device'), sha256, request.raw);
  return true;
}

/** The problem behind what intake threw. */
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
      title: `A picture may have ${maxBytes} bytes here.`,
      advice: 'raise media.maxBytes of the collector',
    });
  }
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
