import type { FastifyRequest } from 'fastify';
import { isDeviceId } from '@lineside/protocol';
import { matchesPassword, type CredentialStore } from '../broker/index.ts';
import type { AttemptLimit } from './attempt-limit.ts';
import { ProblemError, tooManyAttempts } from './problem.ts';

export function param(request: FastifyRequest, name: string): string {
  return (request.params as Record<string, string | undefined>)[name] ?? '';
}

/** HTTP Basic with the device's own credential; the path must name the same device. Throws ProblemError. */
export async function authenticateDevice(
  request: FastifyRequest,
  credentials: Pick<CredentialStore, 'get'>,
  attempts: AttemptLimit,
): Promise<void> {
  if ((await deviceOf(request, credentials, attempts)) === param(request, 'device')) return;
  throw new ProblemError({
    status: 403,
    code: 'device_mismatch',
    title: 'A device can only store its own pictures.',
  });
}

/** The device whose credential the request has (HTTP Basic). Throws ProblemError. */
export async function deviceOf(
  request: FastifyRequest,
  credentials: Pick<CredentialStore, 'get'>,
  attempts: AttemptLimit,
): Promise<string> {
  const [, encoded] = /^Basic ([A-Za-z0-9+/=]+)$/i.exec(request.headers.authorization ?? '') ?? [];
  const [, user, password] = /^([^:]*):([\s\S]*)$/.exec(Buffer.from(encoded ?? '', 'base64').toString('utf8')) ?? [];
  const sender = `${request.ip} ${user ?? ''}`.slice(0, 128);
  const waitS = attempts.waitS(sender);
  if (waitS > 0) throw tooManyAttempts(waitS);
  const credential = user !== undefined && isDeviceId(user) ? await credentials.get(user) : undefined;
  if (credential !== undefined && (await matchesPassword(password ?? '', credential.hash))) return credential.device;
  attempts.wrong(sender);
  throw new ProblemError({
    status: 401,
    code: 'credential_wrong',
    title: 'The device credential is missing or wrong.',
    advice: 'make one with: lineside-collector device add ID',
  });
}
