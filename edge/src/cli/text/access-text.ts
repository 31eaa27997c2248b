import { userInfo } from 'node:os';
import encodeQr from 'qr';
import type { AccessAnswer, AccessCommand } from '../../access/index.ts';
import { callService } from '../change-service.ts';

/** A command before it is known who gives it. */
type Unsigned<T> = T extends unknown ? Omit<T, 'by'> : never;

/** A certificate may have to be made. */
const COMMAND_MS = 30_000;

/** Asks the running service; the audit has the user of this machine. */
export async function commandAccess(dataDir: string, command: Unsigned<AccessCommand>): Promise<AccessAnswer> {
  const by = process.env['SUDO_USER'] ?? userInfo().username;
  return (await callService(dataDir, '/api/v1/access', { ...command, by }, COMMAND_MS)) as AccessAnswer;
}

/** Where the page is, how its certificate is recognised, and who may use it. */
export function accessText({ enabled, addresses, fingerprint, accounts, tokens }: AccessAnswer): string {
  const place = enabled
    ? [`The page is served to the network:`, ...addresses.map((address) => `  ${address}/`)]
    : ['The page is served to this machine alone.'];
  return [
    ...place,
    ...(enabled && fingerprint !== undefined ? [`  certificate, SHA-256: ${fingerprint}`] : []),
    accounts.length === 0 ? 'No accounts.' : 'Accounts:',
    ...accounts.map(({ name, role }) => `  ${name.padEnd(20)} ${role}`),
    ...(tokens.length === 0 ? [] : ['Wall screens:', ...tokens.map(({ name }) => `  ${name}`)]),
  ].join('\n');
}

/** A code for an account, to be typed in or read by a phone. */
export function codeText({ addresses, setup }: AccessAnswer): string {
  if (setup === undefined) return '';
  const minutes = Math.round(setup.validMs / 60_000);
  const url = `${addresses[0] ?? ''}/#setup=${setup.code}`;
  const lines = [`Code for one account, within ${minutes} minutes: ${setup.code}`];
  return addresses.length === 0 ? lines.join('\n') : [...lines, `  ${url}`, encodeQr(url, 'ascii')].join('\n');
}
