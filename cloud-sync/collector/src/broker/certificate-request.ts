import { createPublicKey } from 'node:crypto';
import type * as x509 from '@peculiar/x509';
import { messageOf } from '@lineside/kit';

/** A certificate request that is not signed; what it says is for the device. */
export class CertificateRequestRefused extends Error {
  override readonly name = 'CertificateRequestRefused';
}

/**
 * A request (PKCS #10, PEM) for this device: a key of P-256, its own signature, the device as the only common name.
 * Whatever else it asks for is ignored. Throws CertificateRequestRefused.
 */
export async function readRequest(device: string, text: string): Promise<x509.Pkcs10CertificateRequest> {
  if (!/^-----BEGIN CERTIFICATE REQUEST-----\s[A-Za-z0-9+/=\s]+-----END CERTIFICATE REQUEST-----\s*$/.test(text)) {
    throw new CertificateRequestRefused('the certificate request is not one request in PEM');
  }
  const { Pkcs10CertificateRequest } = await import('@peculiar/x509');
  let request: x509.Pkcs10CertificateRequest;
  let curve: string | undefined;
  let isSigned: boolean;
  try {
    request = new Pkcs10CertificateRequest(text);
    const key = createPublicKey({ key: Buffer.from(request.publicKey.rawData), format: 'der', type: 'spki' });
    curve = key.asymmetricKeyDetails?.namedCurve;
    isSigned = curve === 'prime256v1' && (await request.verify());
  } catch (cause) {
    throw new CertificateRequestRefused(`the certificate request cannot be read: ${messageOf(cause)}`, { cause });
  }
  if (curve !== 'prime256v1') throw new CertificateRequestRefused('the key of the certificate request is not of P-256');
  if (!isSigned) throw new CertificateRequestRefused('the certificate request is not signed with its own key');
  const names = request.subjectName.getField('CN');
  if (names.length !== 1 || names[0] !== device) {
    throw new CertificateRequestRefused(`the certificate request is not for ${device}`);
  }
  return request;
}
