import { createPrivateKey, createPublicKey, randomBytes } from 'node:crypto';

const SIGNED = { name: 'ECDSA', hash: 'SHA-256' } as const;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;

/** What proves who this device is: made here, kept here. */
export interface DeviceSecrets {
  /** Private key of P-256, PKCS #8, PEM. It is never sent. */
  readonly key: string;
  /** Password for broker and pictures, 192 bits. */
  readonly password: string;
}

export async function makeDeviceSecrets(): Promise<DeviceSecrets> {
  const { privateKey } = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
  const der = Buffer.from(await crypto.subtle.exportKey('pkcs8', privateKey));
  const key = createPrivateKey({ key: der, format: 'der', type: 'pkcs8' }).export({ type: 'pkcs8', format: 'pem' });
  return { key: key.toString(), password: randomBytes(24).toString('base64url') };
}

/** A certificate request (PKCS #10, PEM) for this device, signed with its key. */
export async function certificateRequest(device: string, key: string): Promise<string> {
  // Loaded only here, because the library is large and this happens once.
  await import('reflect-metadata');
  const x509 = await import('@peculiar/x509');
  x509.cryptoProvider.set(crypto);
  const der = new Uint8Array(createPrivateKey(key).export({ type: 'pkcs8', format: 'der' }));
  const privateKey = await crypto.subtle.importKey('pkcs8', der, CURVE, true, ['sign']);
  const spki = new Uint8Array(createPublicKey(key).export({ type: 'spki', format: 'der' }));
  const publicKey = await crypto.subtle.importKey('spki', spki, CURVE, true, ['verify']);
  const request = await x509.Pkcs10CertificateRequestGenerator.create({
    name: [{ CN: [device] }],
    keys: { privateKey, publicKey },
    signingAlgorithm: SIGNED,
  });
  return `${request.toString('pem')}\n`;
}
