import { gpio } from './gpio/index.ts';
import { zeromq } from './zeromq/index.ts';
import { modbus } from './modbus/index.ts';
import { opcua } from './opcua/index.ts';
import type { PointProtocol } from './point-protocol.ts';

/** Every protocol. A new one is a folder and an entry here. */
export const POINT_PROTOCOLS: readonly PointProtocol[] = [modbus, gpio, opcua, zeromq];

/** Why there can be no connection to `url`, or undefined. */
export function connectionProblem(url: string): string | undefined {
  const protocol = pointProtocolOf(url);
  if (protocol !== undefined) return protocol.connectionProblem(url);
  return `has no known scheme, known are ${POINT_PROTOCOLS.flatMap(({ schemes }) => schemes).join(', ')}`;
}

/** The protocol of `url`, or undefined when none has its scheme. */
export function pointProtocolOf(url: string): PointProtocol | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  return POINT_PROTOCOLS.find(({ schemes }) => scheme !== undefined && schemes.includes(scheme));
}
