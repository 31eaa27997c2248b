import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';

/** The page's folder; the same step up from `src/status` and from `dist/status`. */
const PAGE = fileURLToPath(new URL('../../page/', import.meta.url));
/** htm's package names the browser's build only to bundlers, so its folder is found through its main file. */
const VENDOR = join(dirname(createRequire(import.meta.url).resolve('htm')), '../preact');

/** Serves the page as it lies in the tree, and the one library it needs as it lies in node_modules. */
export async function servePage(api: FastifyInstance): Promise<void> {
  await api.register(fastifyStatic, {
    root: PAGE,
    prefix: '/',
    decorateReply: false,
    wildcard: false,
    cacheControl: false,
    setHeaders: (reply) => void reply.header('cache-control', 'no-cache'),
  });
  api.get('/vendor/preact.js', (_request, reply) =>
    reply.header('cache-control', 'no-cache').sendFile('standalone.module.js', VENDOR, { cacheControl: false }),
  );
}
