import type { SignalProtocol } from './signal-source.ts';
import { file } from './sources/file/index.ts';
import { mqtt } from './sources/mqtt/index.ts';
import { pointSources } from './sources/points/index.ts';
import { sparkplug } from './sources/sparkplug/index.ts';
import { push } from './sources/push/index.ts';
import { twin } from './sources/twin/index.ts';

/** Every protocol. A new one is a folder in `sources` and an entry here. */
const PROTOCOLS: readonly SignalProtocol[] = [file, mqtt, push, sparkplug, twin, ...pointSources];

/** The protocol of `url`, or undefined when none has its scheme. */
export function signalProtocolOf(url: string): SignalProtocol | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  return PROTOCOLS.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
}

/** Why no signal can come from `url`, or undefined. */
export function signalUrlProblem(url: string): string | undefined {
  const protocol = signalProtocolOf(url);
  if (protocol !== undefined) return protocol.problem(url);
  return `has no known scheme, known are ${PROTOCOLS.flatMap(({ schemes }) => schemes).join(', ')}`;
}
