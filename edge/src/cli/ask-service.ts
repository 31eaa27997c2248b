import { systemCode } from '@lineside/kit';
import type { Health, Snapshot } from '../status/index.ts';
import { CliError } from './errors.ts';

/** The snapshot as the service answers it, with its own judgement. */
export type ServiceStatus = Snapshot & { readonly health: Health };

/**
 * What the service reports of itself; undefined where none runs. Throws where one runs and does not answer, or answers
 * something that this command does not understand.
 */
export async function askService(dataDir: string): Promise<ServiceStatus | undefined> {
  const { controlSocketPath, getControlJson, StatusError } = await import('../status/client/index.ts');
  const socket = controlSocketPath(dataDir);
  try {
    const { body } = await getControlJson(socket, '/api/v1/status');
    if (isStatus(body)) return body;
  } catch (error) {
    if (error instanceof StatusError && error.code === 'service_not_running') return undefined;
    if (systemCode(error) !== 'EACCES') throw error;
    const advice = 'ask as the user of the service, or as root: sudo lineside status';
    throw new CliError('service_hidden', `this user may not ask the service behind ${socket}`, advice, error);
  }
  const advice = 'the service has another version than this command: restart it (systemctl restart lineside)';
  throw new CliError('answer_unexpected', `${socket} answered something unknown`, advice);
}

/** Both ends are from one package; the version shows whether they are from one release. */
function isStatus(body: unknown): body is ServiceStatus {
  return typeof body === 'object' && body !== null && 'v' in body && body.v === 1 && 'health' in body;
}
