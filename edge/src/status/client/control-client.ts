import type { IncomingMessage } from 'node:http';
import { join } from 'node:path';
import { systemCode } from '@lineside/kit';
import { StatusError } from './errors.ts';

// An import of node:http reads all its exports, and reading WebSocket among them loads undici and TLS: 60 ms of CPU.
const { request } = process.getBuiltinModule('node:http');

/** Name of the control socket inside the data folder. */
export const CONTROL_SOCKET = 'control.sock';

export function controlSocketPath(dataFolder: string): string {
  return join(dataFolder, CONTROL_SOCKET);
}

/**
 * GET `path` from the service behind the control socket, or POST where there is a JSON text to send; the caller reads
 * the body of the answer. Throws `service_not_running` when
 * nobody listens there.
 */
export function openControl(
  socketPath: string,
  path: string,
  signal: AbortSignal,
  json?: string,
): Promise<IncomingMessage> {
  const method = json === undefined ? 'GET' : 'POST';
  const headers = { host: 'localhost', ...(json === undefined ? {} : { 'content-type': 'application/json' }) };
  return new Promise((resolve, reject) => {
    const asked = request({ socketPath, path, method, signal, headers }, resolve);
    asked.on('error', (error) => {
      const code = systemCode(error);
      reject(code === 'ENOENT' || code === 'ECONNREFUSED' ? notRunning(socketPath, error) : error);
    });
    asked.end(json);
  });
}

/** POSTs JSON to the service behind the control socket; the answer with its HTTP status. Waits at most `timeoutMs`. */
export async function postControlJson(
  socketPath: string,
  path: string,
  body: unknown,
  timeoutMs = 5_000,
): Promise<ControlAnswer> {
  return answered(socketPath, timeoutMs, (signal) => openControl(socketPath, path, signal, JSON.stringify(body)));
}

export interface ControlAnswer {
  readonly status: number;
  readonly body: unknown;
}

/** JSON that the service answers on `path`, with the HTTP status. Waits at most `timeoutMs`. */
export async function getControlJson(socketPath: string, path: string, timeoutMs = 5_000): Promise<ControlAnswer> {
  return answered(socketPath, timeoutMs, (signal) => openControl(socketPath, path, signal));
}

async function answered(
  socketPath: string,
  timeoutMs: number,
  ask: (signal: AbortSignal) => Promise<IncomingMessage>,
): Promise<ControlAnswer> {
  const signal = AbortSignal.timeout(timeoutMs);
  try {
    const answer = await ask(signal);
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk as Buffer);
    const body: unknown = JSON.parse(Buffer.concat(chunks).toString('utf8'));
    return { status: answer.statusCode ?? 0, body };
  } catch (error) {
    if (!signal.aborted) throw error;
    throw new StatusError({
      code: 'service_timed_out',
      message: `The service behind ${socketPath} did not answer within ${timeoutMs} ms`,
      advice: 'It may be stuck: journalctl -u lineside',
      retry: 'later',
      cause: error,
    });
  }
}

function notRunning(socketPath: string, cause: unknown): StatusError {
  return new StatusError({
    code: 'service_not_running',
    message: `No service listens on ${socketPath}`,
    advice: 'Start it with `lineside run`, or name its data folder with --data',
    retry: 'later',
    cause,
  });
}
