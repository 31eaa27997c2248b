import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { hostname, networkInterfaces } from 'node:os';
import { join } from 'node:path';
import { messageOf, writeFileAtomic } from '@lineside/kit';
import { UsageError } from '../errors/index.ts';

/** Files for a TLS listener of Mosquitto. */
export interface ListenerTls {
  readonly cert: string;
  readonly key: string;
  /** Where devices identify themselves by certificate: the authority that signed it, and the list of revoked ones. */
  readonly clients?: { readonly ca: string; readonly revoked?: string };
}

export interface TlsChoice {
  /** Folder of the managed broker. */
  readonly folder: string;
  readonly tls: 'self' | { readonly cert: string; readonly key: string; readonly ca?: string | undefined };
  readonly identity: 'password' | 'certificate' | undefined;
  /** Names under which the broker is reached. */
  readonly hosts: readonly string[];
}

/** Folder of the certificate authority in a broker's folder. */
export function authorityFolder(folder: string): string {
  return join(folder, 'authority');
}

/** The files of a TLS listener; with `self` a certificate for these hosts is made. Throws UsageError. */
export async function listenerTls({ folder, tls, identity, hosts }: TlsChoice): Promise<ListenerTls> {
  if (tls !== 'self') {
    for (const path of [tls.cert, ...(tls.ca === undefined ? [] : [tls.ca])]) assertCertificate(path);
    const { cert, key, ca } = tls;
    return { cert, key, ...(ca !== undefined && identity !== 'password' && { clients: { ca } }) };
  }
  const { Authority, authorityFiles } = await import('./authority.ts');
  const authority = await Authority.open(authorityFolder(folder));
  const files = { cert: join(folder, 'server.crt'), key: join(folder, 'server.key') };
  const made = await authority.server([...hosts, ...ownNames()]);
  await writeFileAtomic(files.cert, made.cert, { mode: 0o644 });
  await writeFileAtomic(files.key, made.key, { mode: 0o600 });
  const { ca, revoked } = authorityFiles(authorityFolder(folder));
  return { ...files, ...(identity !== 'password' && { clients: { ca, revoked } }) };
}

/** Names and addresses of this machine. */
export function ownNames(): string[] {
  const addresses = Object.values(networkInterfaces()).flatMap((list) => list ?? []);
  const stable = addresses.filter(({ address }) => !address.startsWith('fe80:')).map(({ address }) => address);
  return ['localhost', '127.0.0.1', '::1', hostname(), ...stable];
}

function assertCertificate(path: string): void {
  try {
    new X509Certificate(readFileSync(path));
  } catch (cause) {
    throw new UsageError({
      code: 'certificate_unusable',
      message: `${path} contains no readable certificate: ${messageOf(cause)}`,
      advice: 'name PEM files in mqtt.tls that this user can read',
      cause,
    });
  }
}
