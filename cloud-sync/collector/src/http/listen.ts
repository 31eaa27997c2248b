import type { AddressInfo } from 'node:net';
import { messageOf, systemCode } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';
import { createServer, type HttpOptions } from './server.ts';

/** A server that listens. */
export interface HttpServer {
  /** Base URL of the listener itself. */
  readonly url: string;
  /** Base URL under which devices and people reach it. */
  readonly publicUrl: string;
  close(): Promise<void>;
}

export interface ListenOptions extends HttpOptions {
  /** Port 0 picks a free one. */
  readonly listen: { readonly host: string; readonly port: number };
  readonly publicUrl: string | undefined;
}

/** Creates the server and listens; throws CollectorError with advice. */
export async function openHttp(options: ListenOptions): Promise<HttpServer> {
  let base = options.publicUrl?.replace(/\/+$/, '');
  const uploadUrl = (): string => `${base ?? ''}/uploads`;
  const app = await createServer({ ...options, media: { ...options.media, uploadUrl } });
  const { host } = options.listen;
  try {
    const port = await bind(app, { ...options.listen, setting: 'http.listen' });
    const url = `http://${host.includes(':') ? `[${host}]` : host}:${port}`;
    base ??= url;
    return { url, publicUrl: base, close: async () => app.close() };
  } catch (error) {
    await app.close();
    throw error;
  }
}

/** Listens; the port in the end. `setting`: the configuration's key, for the advice. Throws CollectorError. */
export async function bind(
  app: {
    listen(at: { host: string; port: number }): Promise<string>;
    server: { address(): AddressInfo | string | null };
  },
  { host, port, setting }: Binding,
): Promise<number> {
  try {
    await app.listen({ host, port });
  } catch (cause) {
    const isHttp = setting === 'http.listen';
    const taken = systemCode(cause) === 'EADDRINUSE';
    throw new CollectorError({
      code: taken ? (isHttp ? 'http_port_taken' : 'enrolment_port_taken') : 'listen_impossible',
      message: `cannot listen on ${host}:${port}: ${messageOf(cause)}`,
      advice: taken
        ? `stop what listens there, or set ${setting} to another port; port 0 picks one`
        : `set ${setting} to an address of this machine`,
      cause,
    });
  }
  const address = app.server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

interface Binding {
  readonly host: string;
  readonly port: number;
  readonly setting: 'http.listen' | 'enrolment.listen';
}
