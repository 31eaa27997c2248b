import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { compressTexts } from './compress.ts';

/** The common files; the same step up from `src` and from `dist`. */
const COMMON = fileURLToPath(new URL('../assets/', import.meta.url));
/** htm's package names the browser's build only to bundlers, so its folder is located through its main file. */
const VENDOR = join(dirname(createRequire(import.meta.url).resolve('htm')), '../preact');

/**
 * Serves the files of `pageFolder` at `/`, the common ones at `/common/` and Preact with htm at `/vendor/preact.js`.
 * Browsers must ask each time whether a file has changed, so that an update shows at once. Texts are compressed, those of
 * the app's other routes too.
 */
export async function servePage(app: FastifyInstance, pageFolder: string): Promise<void> {
  compressTexts(app);
  const folders = [
    { root: pageFolder, prefix: '/', decorateReply: !app.hasReplyDecorator('sendFile') },
    { root: COMMON, prefix: '/common/', decorateReply: false },
  ];
  for (const folder of folders) {
    await app.register(fastifyStatic, {
      ...folder,
      wildcard: false,
      cacheControl: false,
      setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
    });
  }
  app.get('/vendor/preact.js', (_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('standalone.module.js', VENDOR, { cacheControl: false }),
  );
}
