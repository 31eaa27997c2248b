import { join } from 'node:path';
import { FileStore } from '@tus/file-store';
import { MemoryLocker, Server } from '@tus/server';
import type { FastifyInstance } from 'fastify';
import { type Logger, messageOf } from '@lineside/kit';
import { HashMismatch, type MediaIngest } from '../media/index.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import { authenticateDevice, param } from './device-access.ts';
import { assertHash, explain, type MediaOptions } from './media.ts';
import { ProblemError } from './problem.ts';

/** What the routes of resumable uploads need. */
export interface UploadOptions extends MediaOptions {
  /** URL announced to devices for uploads that can be resumed. */
  readonly uploadUrl: () => string;
}

const PATH = '/uploads';
const ABANDONED_MS = 7 * 86_400_000;
/** Most uploads that one device may have begun and not finished; the oldest gives way, and can be begun again. */
const MAX_OPEN_UPLOADS = 16;
const CLEAN_EVERY_MS = 3_600_000;
const TUS_VERSION = '1.0.0';

/**
 * Resumable uploads (tus 1.0.0, creation): POST `/uploads/DEVICE` with metadata `sha256`, then PATCH, and HEAD to
 * continue after an interruption, at `/uploads/DEVICE/SHA256`. The last PATCH is answered only when the bytes were hashed,
 * are on disk, in their store and committed; from then on HEAD says that the upload is complete, and never before.
 */
export async function uploadRoutes(
  app: FastifyInstance,
  options: UploadOptions,
  { log, attempts }: { readonly log: Logger; readonly attempts: AttemptLimit },
): Promise<void> {
  const { ingest, credentials } = options;
  const files = new FileStore({ directory: ingest.uploads, expirationPeriodInMilliseconds: ABANDONED_MS });
  const tus = tusServer(files, options);
  const clean = async (): Promise<void> => {
    await files.deleteExpired().catch((error: unknown) => {
      log.warn({ error: messageOf(error) }, 'abandoned uploads could not be removed');
    });
  };
  const cleaning = setInterval(() => void clean(), CLEAN_EVERY_MS).unref();
  app.addHook('onClose', async () => clearInterval(cleaning));
  await clean();
  await app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // The library reads the body from the request itself.
    scope.addContentTypeParser('*', (_request, _payload, done) => done(null));
    scope.addHook('onRequest', async (request) => authenticateDevice(request, credentials, attempts));
    scope.route({
      method: ['POST', 'OPTIONS'],
      url: `${PATH}/:device`,
      handler: async (request, reply) => {
        reply.hijack();
        await tus.handle(request.raw, reply.raw);
      },
    });
    scope.route({
      method: ['HEAD', 'PATCH', 'DELETE'],
      url: `${PATH}/:device/:sha256`,
      handler: async (request, reply) => {
        const [device, sha256] = [param(request, 'device'), param(request, 'sha256')];
        assertHash(sha256);
        if (request.method === 'HEAD') {
          await storeComplete(files, ingest, device, sha256);
          const bytes = await ingest.known(sha256);
          if (bytes !== undefined) {
            return reply
              .headers({ 'tus-resumable': TUS_VERSION, 'upload-offset': bytes, 'upload-length': bytes })
              .header('cache-control', 'no-store')
              .code(200)
              .send();
          }
        }
        reply.hijack();
        await tus.handle(request.raw, reply.raw);
        return undefined;
      },
    });
  });
}

/** An answer that is not part of the protocol, in the form that the library expects. */
class Refusal extends Error {
  override readonly name = 'Refusal';
  readonly status_code: number;
  readonly body: string;

  constructor(status: number, title: string) {
    super(title);
    this.status_code = status;
    this.body = `${title}\n`;
  }
}

function tusServer(files: FileStore, { ingest, uploadUrl, count }: UploadOptions): Server {
  return new Server({
    path: PATH,
    datastore: files,
    locker: new MemoryLocker(),
    maxSize: ingest.options.maxBytes,
    generateUrl: (_request, { id }) => `${uploadUrl()}/${deviceOf(id)}/${sha256Of(id)}`,
    namingFunction: (request, metadata) => {
      const [device] = pathOf(request.url);
      const sha256 = metadata?.['sha256'] ?? '';
      if (device === undefined || !/^[0-9a-f]{64}$/.test(sha256)) {
        throw new Refusal(400, 'Upload-Metadata must name the sha256 in lower-case hexadecimal digits.');
      }
      return idOf(device, sha256);
    },
    getFileIdFromRequest: (request) => {
      const [device, sha256] = pathOf(request.url);
      return device === undefined || sha256 === undefined ? undefined : idOf(device, sha256);
    },
    onUploadCreate: async (_request, { id }) => {
      for (const oldest of await ingest.surplusUploads(`-${deviceOf(id)}`, MAX_OPEN_UPLOADS - 1))
        await files.remove(oldest);
      return {};
    },
    onUploadFinish: async (_request, { id }) => {
      try {
        await ingest.takeOver(deviceOf(id), sha256Of(id), join(ingest.uploads, id));
        count('stored');
      } catch (error) {
        count('refused');
        if (error instanceof HashMismatch) await files.remove(id);
        const problem = explain(error, ingest.options.maxBytes);
        if (!(problem instanceof ProblemError)) throw error;
        throw new Refusal(problem.problem.status, problem.problem.title);
      }
      await files.configstore.delete(id);
      return {};
    },
  });
}

/** Stores a complete upload that was not stored because the process ended in between. */
async function storeComplete(files: FileStore, ingest: MediaIngest, device: string, sha256: string): Promise<void> {
  const id = idOf(device, sha256);
  const upload = await files.getUpload(id).catch(() => undefined);
  if (upload === undefined || upload.size !== upload.offset) return;
  try {
    await ingest.takeOver(device, sha256, join(ingest.uploads, id));
    await files.configstore.delete(id);
  } catch (error) {
    if (!(error instanceof HashMismatch)) throw error;
    await files.remove(id);
  }
}

function pathOf(url: string): string[] {
  return new URL(url, 'http://here').pathname
    .slice(PATH.length + 1)
    .split('/')
    .filter(Boolean)
    .map(decodeURIComponent);
}

/** A file name: hash first, because device ids may hold anything but a slash. */
function idOf(device: string, sha256: string): string {
  return `${sha256}-${device}`;
}

function sha256Of(id: string): string {
  return id.slice(0, 64);
}

function deviceOf(id: string): string {
  return id.slice(65);
}
