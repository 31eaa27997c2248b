import type { Readable } from 'node:stream';
import type { FastifyInstance } from 'fastify';
import type { CredentialStore } from '../broker/index.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import { byteRange } from './byte-range.ts';
import { deviceOf } from './device-access.ts';
import { ProblemError } from './problem.ts';

/** A file of the repository that is open: its stream is taken, or it is closed. */
export interface ReleaseFile {
  readonly bytes: number;
  /** A strong validator, with its quotes. */
  readonly etag: string;
  /** Whether its content can never change. */
  readonly immutable: boolean;
  stream(part?: { readonly start: number; readonly end: number }): Readable;
  close(): Promise<void>;
}

/** What the routes of releases need. */
export interface ReleaseOptions {
  /** The public files of the repository; undefined for a name that is none of them. */
  readonly files: { find(name: string): Promise<ReleaseFile | undefined> };
  /** Whether a device may know of the file of this name. */
  readonly mayRead: (device: string, name: string) => boolean;
}

const PATH = '/releases/';

/**
 * The signed repository, for devices with their credential: GET `/releases/metadata/...`, `/releases/targets/...` and
 * `/releases/files/...`, also parts of a file (`Range`, with `If-Range` only of the same file as before).
 */
export async function releaseRoutes(
  app: FastifyInstance,
  { files, mayRead }: ReleaseOptions,
  { credentials, attempts }: { readonly credentials: Pick<CredentialStore, 'get'>; readonly attempts: AttemptLimit },
): Promise<void> {
  await app.register(async (scope) => {
    scope.get(`${PATH}*`, async (request, reply) => {
      const device = await deviceOf(request, credentials, attempts);
      // As it was sent: what is written in another way, with `%2e%2e` or a query, is no name of ours.
      const name = request.url.slice(PATH.length);
      const file = mayRead(device, name) ? await files.find(name) : undefined;
      if (file === undefined) {
        throw new ProblemError({ status: 404, code: 'release_file_unknown', title: 'There is no such file.' });
      }
      const { range, 'if-range': ifRange, 'if-none-match': known } = request.headers;
      reply.headers({ etag: file.etag, 'accept-ranges': 'bytes' });
      reply.header('cache-control', file.immutable ? 'private, max-age=31536000, immutable' : 'no-cache');
      if (known === file.etag) {
        await file.close();
        return reply.code(304).send();
      }
      const part = ifRange === undefined || ifRange === file.etag ? byteRange(range, file.bytes) : undefined;
      if (part === 'outside') {
        await file.close();
        reply.header('content-range', `bytes */${file.bytes}`);
        throw new ProblemError({ status: 416, code: 'range_invalid', title: 'There are no such bytes of it.' });
      }
      reply.type('application/octet-stream');
      if (part === undefined) return reply.header('content-length', file.bytes).send(file.stream());
      const { start, end } = part;
      reply.headers({ 'content-range': `bytes ${start}-${end}/${file.bytes}`, 'content-length': end - start + 1 });
      return reply.code(206).send(file.stream(part));
    });
  });
}
