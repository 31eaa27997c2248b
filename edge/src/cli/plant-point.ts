import { redactUrls, silentLogger } from '@lineside/kit';
import type { PointAddress, PointConnection, PointProtocol, PointReading } from '../plant/points/index.ts';
import type { Context } from './context.ts';
import { UsageError } from './errors.ts';

/** A protocol with what is to be reached by it. */
export interface KnownPoint extends PointAddress {
  readonly protocol: PointProtocol;
  /** Without secrets. */
  readonly shown: string;
}

/** The point that a URL names. Throws a usage error where it names none. */
export async function pointOf(url: string): Promise<KnownPoint> {
  const protocol = await protocolOf(url);
  const problem = protocol.urlProblem(url);
  if (problem !== undefined) throw new UsageError(`${shownUrl(url)} ${problem}`, 'lineside plant read --help');
  return { protocol, shown: shownUrl(url), ...protocol.address(url) };
}

/** The connection that a URL names, with or without a point. */
export async function connectionOf(
  url: string,
): Promise<Pick<KnownPoint, 'protocol' | 'connection' | 'shown'> & { readonly point?: string }> {
  const protocol = await protocolOf(url);
  if (protocol.connectionProblem(url) === undefined) return { protocol, connection: url, shown: shownUrl(url) };
  return pointOf(url);
}

async function protocolOf(url: string): Promise<PointProtocol> {
  const { POINT_PROTOCOLS, pointProtocolOf } = await import('../plant/points/index.ts');
  const protocol = pointProtocolOf(url);
  if (protocol !== undefined) return protocol;
  const known = POINT_PROTOCOLS.flatMap(({ schemes }) => schemes).join(', ');
  throw new UsageError(`${shownUrl(url)} has no known scheme`, `known are ${known}: lineside plant read --help`);
}

/** Opens a connection, works with it, and closes it. */
export async function withConnection<T>(
  { io, dataDir }: Context,
  { protocol, connection }: Pick<KnownPoint, 'protocol' | 'connection'>,
  work: (connection: PointConnection) => Promise<T>,
): Promise<T> {
  const open = await protocol.connect(connection, { clock: io.clock, log: silentLogger, dataDir }, io.signal);
  try {
    return await work(open);
  } finally {
    open.close();
  }
}

export function readingText(reading: PointReading | undefined): string {
  if (reading === undefined) return 'no answer';
  return 'bad' in reading ? `bad (${reading.bad.replaceAll('_', ' ')})` : String(reading.value);
}

/** The URL without its login; everything else is what a person wants to see here. */
function shownUrl(text: string): string {
  // What is no URL may be one whose password has a slash.
  if (!URL.canParse(text)) return redactUrls(text);
  const url = new URL(text);
  if (url.username === '' && url.password === '') return text;
  url.username = '***';
  url.password = '';
  return url.href;
}
