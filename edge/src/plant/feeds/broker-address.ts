import { encodeUserPart, urlLogin } from '@lineside/kit';

const OPTIONS = ['ca'];

/** Where a broker is and how it is logged in to. */
export interface BrokerAddress {
  readonly url: string;
  readonly username?: string;
  readonly password?: string;
  /** PEM file of the authority that signed the broker's certificate. */
  readonly caFile: string | undefined;
}

/** What is wrong with the URL of a broker, whose schemes are `prefix` + mqtt and mqtts, or undefined. */
export function brokerUrlProblem(url: string, prefix = ''): string | undefined {
  const form = `write ${prefix}mqtt://HOST:PORT or ${prefix}mqtts://HOST:PORT`;
  if (!URL.canParse(url)) return `is not a URL: ${form}`;
  const { hostname, pathname, searchParams, protocol, hash } = new URL(url);
  if (hostname === '') return `names no host: ${form}`;
  if (pathname.length > 1 || hash !== '') return `has more than the broker: ${form}`;
  const unknown = [...searchParams.keys()].find((name) => !OPTIONS.includes(name));
  if (unknown !== undefined) return `has the option ${unknown}, known is ca`;
  const caFile = searchParams.get('ca');
  if (caFile === null) return undefined;
  if (!caFile.startsWith('/')) return 'has a ca that is no absolute path';
  return protocol.endsWith('mqtts:') ? undefined : `has a ca without TLS: write ${prefix}mqtts://`;
}

/** Of a URL that has no problem. */
export function brokerAddress(url: string, prefix = ''): BrokerAddress {
  const plain = encodeUserPart(url.slice(prefix.length));
  const caFile = new URL(plain).searchParams.get('ca') ?? undefined;
  const { url: bare, ...login } = urlLogin(plain.replace(/\/?\?.*$/, ''));
  return { url: bare, ...login, caFile };
}
