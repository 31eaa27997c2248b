import { connect, createServer } from 'node:net';
import { CollectorError } from '../errors/index.ts';

/** Address by which this machine reaches a listener on `host`. */
export function reachable(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  return host === '::' ? '::1' : host;
}

/** True when something accepts a connection there within a second. */
export async function accepts(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (answer: boolean): void => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1000, () => done(false));
    socket.once('connect', () => done(true));
    socket.once('error', () => done(false));
  });
}

/** A port on `host` that nothing uses now; throws CollectorError where none can be had. */
export async function freePort(host: string): Promise<number> {
  const port = await listens(host, 0);
  if (typeof port === 'number') return port;
  throw new CollectorError({
    code: 'listen_impossible',
    message: `cannot listen on ${host}: ${port.message}`,
    advice: 'set mqtt.listen to an address of this machine',
    cause: port,
  });
}

/** Listens for a moment; resolves to the port that it got, or to the reason why it could not. */
export async function listens(host: string, port: number): Promise<number | Error> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen(port, host, () => {
      const address = server.address();
      const got = typeof address === 'object' && address !== null ? address.port : port;
      server.close(() => resolve(got));
    });
  });
}
