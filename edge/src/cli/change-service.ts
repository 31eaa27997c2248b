import { systemCode } from '@lineside/kit';
import { CliError, UsageError } from './errors.ts';

/**
 * Sends JSON to the running service, or asks it where there is nothing to send. Throws `service_not_running` where none
 * runs, and what the service says against it.
 */
export async function callService(dataDir: string, path: string, body?: unknown, timeoutMs = 5_000): Promise<unknown> {
  const { controlSocketPath, getControlJson, postControlJson } = await import('../status/client/index.ts');
  const socket = controlSocketPath(dataDir);
  try {
    const call =
      body === undefined ? getControlJson(socket, path, timeoutMs) : postControlJson(socket, path, body, timeoutMs);
    const { status, body: answer } = await call;
    if (status < 400) return answer;
    throw refusal(answer, socket);
  } catch (error) {
    if (systemCode(error) !== 'EACCES') throw error;
    const advice = 'ask as the user of the service, or as root, with sudo';
    throw new CliError('service_hidden', `this user may not ask the service behind ${socket}`, advice, error);
  }
}

function refusal(answer: unknown, socket: string): Error {
  if (typeof answer === 'object' && answer !== null && 'error' in answer) {
    const { error } = answer;
    if (typeof error === 'object' && error !== null && 'message' in error && 'advice' in error) {
      return new UsageError(String(error.message), String(error.advice));
    }
  }
  const advice = 'the service has another version than this command: restart it (systemctl restart lineside)';
  return new CliError('answer_unexpected', `${socket} answered something unknown`, advice);
}
