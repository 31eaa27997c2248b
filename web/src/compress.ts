import { createGzip, gzipSync } from 'node:zlib';
import type { FastifyInstance, FastifyRequest } from 'fastify';

const COMPRESSIBLE = /^(?:text\/|application\/(?:json|javascript|openmetrics-text)|image\/svg\+xml)/i;
/** Below this an answer fits into one packet anyway. */
const MIN_BYTES = 1_000;

/** Whether the client says that it takes gzip. */
export function acceptsGzip({ headers }: Pick<FastifyRequest, 'headers'>): boolean {
  return /(?:^|,)\s*gzip\s*(?:,|$|;(?!\s*q=0(?:\.0*)?\s*(?:,|$)))/i.test(headers['accept-encoding'] ?? '');
}

/**
 * Compresses texts for clients that take gzip: over 64 kbit/s that is the difference between a page and no page. Pictures
 * and videos stay as they are.
 */
export function compressTexts(app: FastifyInstance): void {
  app.addHook('onSend', async (request, reply, payload: unknown) => {
    const type = String(reply.getHeader('content-type') ?? '');
    if (reply.statusCode !== 200 || !COMPRESSIBLE.test(type) || reply.hasHeader('content-encoding')) return payload;
    reply.header('vary', 'accept-encoding');
    if (request.method === 'HEAD' || !acceptsGzip(request)) return payload;
    if (isStream(payload)) {
      reply.removeHeader('content-length').header('content-encoding', 'gzip');
      const packed = createGzip();
      payload.on('error', (error: Error) => packed.destroy(error));
      return payload.pipe(packed);
    }
    if (typeof payload !== 'string' && !Buffer.isBuffer(payload)) return payload;
    if (Buffer.byteLength(payload) < MIN_BYTES) return payload;
    reply.removeHeader('content-length').header('content-encoding', 'gzip');
    return gzipSync(payload);
  });
}

function isStream(payload: unknown): payload is NodeJS.ReadableStream {
  return typeof payload === 'object' && payload !== null && 'pipe' in payload && typeof payload.pipe === 'function';
}
