import type { FeedProtocol } from './feed-protocol.ts';
import { mqtt } from './mqtt/index.ts';
import { sparkplug } from './sparkplug/index.ts';
import { zeromq } from './zeromq/index.ts';

/** Every protocol. A new one is a folder and an entry here. */
const PROTOCOLS: readonly FeedProtocol[] = [zeromq, sparkplug, mqtt];

/** The protocol of `url`, or undefined when none has its scheme. */
export function feedProtocolOf(url: string): FeedProtocol | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  return PROTOCOLS.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
}

/** Why there can be no feed at `url`, or undefined. */
export function feedUrlProblem(url: string): string | undefined {
  const protocol = feedProtocolOf(url);
  if (protocol !== undefined) return protocol.problem(url);
  return `has no known scheme, known are ${PROTOCOLS.flatMap(({ schemes }) => schemes).join(', ')}`;
}
