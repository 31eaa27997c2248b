import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join, normalize } from 'node:path';

/** A web server of files, with ranges and strong tags (RFC 9110, 13.1.5 and 14.2), on a free port of this machine. */
export interface StaticServer extends AsyncDisposable {
  readonly url: string;
  /** Requests so far, as `GET /path bytes=5-`. */
  readonly requests: string[];
  close(): Promise<void>;
}

export async function staticServer(
  folder: () => string,
  options: { readonly ranges?: boolean } = {},
): Promise<StaticServer> {
  const requests: string[] = [];
  const server = createServer((request, response) => {
    const path = normalize(decodeURIComponent(request.url ?? '/'));
    const { range } = request.headers;
    requests.push(`${request.method} ${path}${range === undefined ? '' : ` ${range}`}`);
    const file = join(folder(), path);
    stat(file).then(
      ({ size, mtimeMs }) => {
        const tag = `"${size}-${mtimeMs}"`;
        const wanted = options.ranges === false ? undefined : /^bytes=(\d+)-$/.exec(range ?? '')?.[1];
        const same = request.headers['if-range'] === undefined || request.headers['if-range'] === tag;
        const from = wanted === undefined || !same ? 0 : Number(wanted);
        if (from > 0 && from >= size) {
          response.writeHead(416, { 'content-range': `bytes */${size}` }).end();
          return;
        }
        const part = from > 0 ? { 'content-range': `bytes ${from}-${size - 1}/${size}` } : {};
        response.writeHead(from > 0 ? 206 : 200, { etag: tag, 'content-length': size - from, ...part });
        createReadStream(file, { start: from }).pipe(response);
      },
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const close = async (): Promise<void> => {
    server.closeAllConnections();
    await new Promise<void>((resolve) => server.close(() => resolve()));
  };
  return { url: `http://127.0.0.1:${port}/`, requests, close, [Symbol.asyncDispose]: close };
}
