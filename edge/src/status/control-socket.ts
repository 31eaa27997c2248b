import type { Server } from 'node:http';
import { rm } from 'node:fs/promises';
import { isAbort, systemCode } from '@lineside/kit';
import { openControl, StatusError } from './client/index.ts';

/** A path longer than this does not fit into a unix socket's address (sun_path, 108 bytes with its end). */
const MAX_SOCKET_PATH_BYTES = 107;
const PROBE_MS = 2_000;

/**
 * Makes `server` listen on the unix socket `path`, readable and writable by the owner alone. The socket that a killed
 * process left is replaced; one that somebody answers, or holds without answering, is refused.
 */
export async function listenOnControlSocket(server: Server, path: string): Promise<void> {
  if (Buffer.byteLength(path) > MAX_SOCKET_PATH_BYTES) {
    throw new StatusError({
      code: 'control_socket_path',
      message: `The path of the control socket is longer than ${MAX_SOCKET_PATH_BYTES} bytes: ${path}`,
      advice: 'Use a data folder with a shorter path',
    });
  }
  if (await isHeld(path)) {
    throw new StatusError({
      code: 'control_socket_in_use',
      message: `Another process serves ${path}`,
      advice: 'One data folder serves one appliance: stop the other, or use another --data',
    });
  }
  await rm(path, { force: true });
  await listening(server, path);
}

async function isHeld(path: string): Promise<boolean> {
  try {
    const answer = await openControl(path, '/healthz', AbortSignal.timeout(PROBE_MS));
    answer.destroy();
    return true;
  } catch (error) {
    if (error instanceof StatusError && error.code === 'service_not_running') return false;
    // Accepted but silent, or reset in the middle: somebody is there. Not a socket at all: not ours to remove.
    if (isAbort(error) || ['ECONNRESET', 'ETIMEDOUT', 'ENOTSOCK'].includes(systemCode(error) ?? '')) return true;
    throw error;
  }
}

function listening(server: Server, path: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.once('listening', () => {
      server.off('error', reject);
      resolve();
    });
    // bind() happens inside listen(), so the mask makes the socket 0600 from its first instant.
    const mask = process.umask(0o177);
    try {
      server.listen(path);
    } finally {
      process.umask(mask);
    }
  });
}
