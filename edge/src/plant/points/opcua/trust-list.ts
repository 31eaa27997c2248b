import { X509Certificate } from 'node:crypto';
import { mkdir, readdir, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf, systemCode } from '@lineside/kit';
import { PointError } from '../errors.ts';
import { clientFolder, serverFolder } from './folders.ts';

/** `own`: of this device. `rejected`: was presented and is not trusted. */
export type TrustState = 'own' | 'trusted' | 'rejected';

/** A certificate of OPC UA in the data folder. */
export interface KnownCertificate {
  /** `client`: this device connects to servers. `server`: others connect to it. */
  readonly role: 'client' | 'server';
  readonly state: TrustState;
  /** SHA-256 in lower-case hexadecimal digits. */
  readonly fingerprint: string;
  /** SHA-1, as other programs of OPC UA show it. */
  readonly thumbprint: string;
  readonly subject: string;
  /** URI of the application. */
  readonly uri: string | undefined;
  /** Wall time in ms. */
  readonly validFromMs: number;
  readonly validToMs: number;
  readonly path: string;
}

const PLACES: Readonly<Record<TrustState, readonly string[]>> = {
  own: ['own', 'certs'],
  trusted: ['trusted', 'certs'],
  rejected: ['rejected'],
};
/** Fewer digits could mean another certificate. */
const LEAST_DIGITS = 8;

/** Every certificate that is known here: of this device, trusted, and those that were rejected. */
export async function listCertificates(dataDir: string): Promise<readonly KnownCertificate[]> {
  const found: KnownCertificate[] = [];
  for (const [role, folder] of [
    ['client', clientFolder(dataDir)],
    ['server', serverFolder(dataDir)],
  ] as const) {
    for (const state of ['own', 'trusted', 'rejected'] as const) {
      found.push(...(await certificatesIn(join(folder, ...PLACES[state]), role, state)));
    }
  }
  return found;
}

/**
 * Trusts a rejected certificate, named by the first digits of its fingerprint or thumbprint, from the next connection on.
 * Throws `point_unknown` where none or several are meant.
 */
export async function trustCertificate(dataDir: string, digits: string): Promise<KnownCertificate> {
  const wanted = digits.toLowerCase().replaceAll(/[\s:]/g, '');
  if (!new RegExp(`^[0-9a-f]{${LEAST_DIGITS},64}$`).test(wanted)) {
    throw new PointError('point_unknown', `${digits} is no fingerprint: give at least ${LEAST_DIGITS} digits of it`);
  }
  const rejected = (await listCertificates(dataDir)).filter(
    ({ state, fingerprint, thumbprint }) =>
      state === 'rejected' && (fingerprint.startsWith(wanted) || thumbprint.startsWith(wanted)),
  );
  const [certificate] = rejected;
  if (certificate === undefined) throw new PointError('point_unknown', `no rejected certificate begins with ${digits}`);
  if (rejected.length > 1) throw new PointError('point_unknown', `several rejected certificates begin with ${digits}`);
  const folder = certificate.role === 'client' ? clientFolder(dataDir) : serverFolder(dataDir);
  const trusted = join(folder, ...PLACES.trusted);
  await mkdir(trusted, { recursive: true, mode: 0o700 });
  const path = join(trusted, `${certificate.thumbprint}.pem`);
  await rename(certificate.path, path);
  return { ...certificate, state: 'trusted', path };
}

async function certificatesIn(
  folder: string,
  role: KnownCertificate['role'],
  state: TrustState,
): Promise<readonly KnownCertificate[]> {
  const names = await readdir(folder).catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return [];
    throw error;
  });
  const files = names.filter((name) => /\.(pem|der)$/i.test(name)).toSorted();
  return Promise.all(files.map((name) => readCertificate(join(folder, name), role, state)));
}

async function readCertificate(
  path: string,
  role: KnownCertificate['role'],
  state: TrustState,
): Promise<KnownCertificate> {
  let certificate: X509Certificate;
  try {
    certificate = new X509Certificate(await readFile(path));
  } catch (error) {
    throw new PointError('point_certificate', `${path} holds no certificate: ${messageOf(error)}`, error);
  }
  const { fingerprint256, fingerprint, subject, subjectAltName, validFrom, validTo } = certificate;
  return {
    ...{ role, state, path, subject: subject.replaceAll('\n', ', ') },
    fingerprint: digitsOf(fingerprint256),
    thumbprint: digitsOf(fingerprint),
    uri: /URI:([^,]+)/.exec(subjectAltName ?? '')?.[1],
    validFromMs: Date.parse(validFrom),
    validToMs: Date.parse(validTo),
  };
}

function digitsOf(fingerprint: string): string {
  return fingerprint.replaceAll(':', '').toLowerCase();
}
