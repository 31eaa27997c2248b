import { encodeUserPart } from '@lineside/kit';
import { isSparkplugName } from '../../../sparkplug/index.ts';

const PREFIX = 'sparkplug+';
const FORM = 'write sparkplug+mqtt://HOST/GROUP/NODE#METRIC or sparkplug+mqtt://HOST/GROUP/NODE/DEVICE#METRIC';
const MAX_METRIC = 256;

/** Where one metric is: at which broker, of which node, and of which device of it. */
export interface SparkplugAddress {
  /** With login. */
  readonly broker: string;
  /** PEM file of the authority that signed the broker's certificate. */
  readonly caFile: string | undefined;
  /** Signals with the same text here come over one connection. */
  readonly connection: string;
  readonly group: string;
  readonly node: string;
  readonly device: string | undefined;
  readonly metric: string;
}

/** Throws URIError for escapes that are none; `sparkplugUrlProblem` reports those before. */
export function sparkplugAddress(url: string): SparkplugAddress {
  const plain = new URL(encodeUserPart(url.slice(PREFIX.length)));
  const { protocol, username, password, host, pathname, searchParams, hash } = plain;
  const login = username === '' ? '' : `${username}${password === '' ? '' : `:${password}`}@`;
  const broker = `${protocol}//${login}${host}`;
  const caFile = searchParams.get('ca') ?? undefined;
  const [group = '', node = '', device] = pathname.slice(1).split('/').map(decodeURIComponent);
  const connection = `${PREFIX}${broker}${caFile === undefined ? '' : ` ${caFile}`}`;
  return { broker, caFile, connection, group, node, device, metric: decodeURIComponent(hash.slice(1)) };
}

/** What is wrong with the URL, or undefined. */
export function sparkplugUrlProblem(url: string): string | undefined {
  if (!URL.canParse(url)) return `is not a URL: ${FORM}`;
  const { hostname, searchParams, protocol, pathname } = new URL(url);
  if (hostname === '') return `names no host: ${FORM}`;
  const unknown = [...searchParams.keys()].find((name) => name !== 'ca');
  if (unknown !== undefined) return `has the option ${unknown}, known is ca`;
  try {
    const { group, node, device, metric, caFile } = sparkplugAddress(url);
    if (![group, node, device ?? 'x'].every(isSparkplugName) || pathname.split('/').length > 4) {
      return `names no node: ${FORM}`;
    }
    if (metric === '' || metric.length > MAX_METRIC) return `names no metric: ${FORM}`;
    if (caFile === undefined) return undefined;
    if (!caFile.startsWith('/')) return 'has a ca that is no absolute path';
    return protocol === `${PREFIX}mqtts:` ? undefined : 'has a ca without TLS: write sparkplug+mqtts://';
  } catch (error) {
    if (error instanceof URIError) return 'has a % that starts no escape: write %25';
    throw error;
  }
}
