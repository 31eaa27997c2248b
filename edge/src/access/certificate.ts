import { createPrivateKey, randomBytes, X509Certificate } from 'node:crypto';
import { isIP } from 'node:net';
import { messageOf } from '@lineside/kit';
import { AccessError } from './errors.ts';

// A device's clock may show 1970 or anything else. RFC 5280, 4.1.2.5: 9999 stands for no well-defined end.
const FROM = new Date('1970-01-01T00:00:00Z');
const WITHOUT_END = new Date('9999-12-31T23:59:59Z');
const SIGNED = { name: 'ECDSA', hash: 'SHA-256' } as const;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** A certificate, or a chain, and its key, PEM. */
export interface TlsIdentity {
  readonly cert: string;
  readonly key: string;
}

/** A new key and a certificate that it has signed itself, for these names and addresses. */
export async function selfSigned(device: string, hosts: readonly string[]): Promise<TlsIdentity> {
  // Loaded only here, because the library is large and this happens once.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(crypto);
  const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const names = [...new Set(hosts)].map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }) as const);
  const cert = await x509.X509CertificateGenerator.createSelfSigned({
    serialNumber: serialNumber(),
    name: [{ CN: [`lineside ${device}`] }],
    ...{ notBefore: FROM, notAfter: WITHOUT_END, signingAlgorithm: SIGNED, keys },
    extensions: [
      new x509.BasicConstraintsExtension(false, undefined, true),
      new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ],
  });
  const key = x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY');
  return { cert: `${cert.toString('pem')}\n`, key: `${key}\n` };
}

/** Throws `certificate_refused` where key and certificate do not belong together, or are none. */
export function checkIdentity({ cert, key }: TlsIdentity): void {
  const advice = 'give the certificate (with its chain) and its key without a password, both as PEM';
  try {
    if (new X509Certificate(cert).checkPrivateKey(createPrivateKey(key))) return;
  } catch (cause) {
    const message = `certificate and key cannot be read: ${messageOf(cause)}`;
    throw new AccessError({ code: 'certificate_refused', message, advice, cause });
  }
  throw new AccessError({ code: 'certificate_refused', message: 'the key is not that of the certificate', advice });
}

/** SHA-256 as browsers show it: `AB:CD:...`. */
export function fingerprintOf({ cert }: TlsIdentity): string {
  return new X509Certificate(cert).fingerprint256;
}

/** Whether the certificate names every one of these hosts. */
export function namesAll({ cert }: TlsIdentity, hosts: readonly string[]): boolean {
  const certificate = new X509Certificate(cert);
  return hosts.every(
    (host) => (isIP(host) === 0 ? certificate.checkHost(host) : certificate.checkIP(host)) !== undefined,
  );
}

/** RFC 5280, 4.1.2.2: positive, at most 20 bytes. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}
