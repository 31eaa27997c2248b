import { log } from './log/index.ts';
import type { PlantProtocol } from './plant-connection.ts';

/** Every protocol. A new one is a folder and an entry here. */
const PROTOCOLS: readonly PlantProtocol[] = [log];

/** The protocol of `url`, or undefined when none has its scheme. */
export function protocolOf(url: string): PlantProtocol | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  return PROTOCOLS.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
}

/** Why nothing can be signalled to `url`, or undefined. */
export function plantUrlProblem(url: string): string | undefined {
  const protocol = protocolOf(url);
  if (protocol !== undefined) return protocol.problem(url);
  return `has no known scheme, known are ${PROTOCOLS.flatMap(({ schemes }) => schemes).join(', ')}`;
}
