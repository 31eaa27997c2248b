import { readFile } from 'node:fs/promises';
import type { Socket } from 'node:net';
import process from 'node:process';
import { systemCode } from '@lineside/kit';

const ESTABLISHED = '01';

/**
 * True when the other end of an accepted connection over the loopback (IPv4) belongs to a process of the same user, by the
 * table of sockets in /proc/net/tcp (proc(5)). True as well where that cannot be read: the token in the arguments must do,
 * as a camera that is not inspected is worse.
 */
export async function belongsToUs(socket: Socket): Promise<boolean> {
  const uid = process.getuid?.();
  const { localPort, remotePort } = socket;
  if (uid === undefined || localPort === undefined || remotePort === undefined) return uid === undefined;
  let table: string;
  try {
    table = await readFile('/proc/net/tcp', 'latin1');
  } catch (error) {
    if (systemCode(error) !== undefined) return true;
    throw error;
  }
  return ownerIn(table, { from: remotePort, to: localPort }) === uid;
}

/** User id of the established socket from one port to another, or undefined. */
export function ownerIn(
  table: string,
  { from, to }: { readonly from: number; readonly to: number },
): number | undefined {
  const hex = (port: number): string => `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  for (const line of table.split('\n')) {
    const [, local, remote, state, , , , uid] = line.trim().split(/\s+/);
    if (state !== ESTABLISHED || local === undefined || remote === undefined) continue;
    if (local.endsWith(hex(from)) && remote.endsWith(hex(to))) return Number(uid);
  }
  return undefined;
}
