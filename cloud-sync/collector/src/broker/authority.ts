import 'reflect-metadata';
import { createPrivateKey, randomBytes } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';
import { z } from 'zod';
import { makePrivateFolderSync, messageOf, systemCode, writeFileAtomic } from '@lineside/kit';
import { CollectorError } from '../errors/index.ts';
import { readRequest } from './certificate-request.ts';
import { inTurn } from './in-turn.ts';

const SIGNED = { name: 'ECDSA', hash: 'SHA-256' } as const;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
// A device's clock may show 1970 or anything else, and a line must not stop because a date has passed: a certificate ends
// only by revocation. RFC 5280, 4.1.2.5: 9999 stands for no well-defined end.
const FROM = new Date('1970-01-01T00:00:00Z');
const WITHOUT_END = new Date('9999-12-31T23:59:59Z');

/** A key of Web Crypto, whose types Node and browsers name differently. */
type Key = Awaited<ReturnType<typeof crypto.subtle.importKey>>;

/** Serial numbers of issued certificates, by device; a device has at most one that is valid. */
const Issued = z.object({
  inForce: z.record(z.string(), z.string()),
  revoked: z.array(z.object({ serial: z.string(), atMs: z.number() })),
});
type Issued = z.infer<typeof Issued>;

/** A certificate and its key, PEM. */
export interface Identity {
  readonly cert: string;
  readonly key: string;
}

export interface AuthorityFiles {
  readonly ca: string;
  readonly revoked: string;
}

export function authorityFiles(folder: string): AuthorityFiles {
  return { ca: join(folder, 'ca.crt'), revoked: join(folder, 'revoked.crl') };
}

/**
 * The collector's own certificate authority: signs the broker's certificate and one per device, and keeps the list of
 * revoked ones. Its key stays in `folder`.
 */
export class Authority {
  readonly #folder: string;
  readonly #key: Key;
  readonly #cert: x509.X509Certificate;

  private constructor(folder: string, key: Key, cert: x509.X509Certificate) {
    this.#folder = folder;
    this.#key = key;
    this.#cert = cert;
  }

  /** Opens the authority of `folder`, or makes it. Throws CollectorError where its files cannot be used. */
  static async open(folder: string): Promise<Authority> {
    x509.cryptoProvider.set(crypto);
    makePrivateFolderSync(folder, 0o700);
    const files = authorityFiles(folder);
    try {
      const key = await importKey(readFileSync(join(folder, 'ca.key'), 'utf8'));
      return new Authority(folder, key, new x509.X509Certificate(readFileSync(files.ca, 'utf8')));
    } catch (cause) {
      if (systemCode(cause) === 'ENOENT') return Authority.#make(folder);
      throw new CollectorError({
        code: 'authority_unusable',
        message: `cannot use the certificate authority in ${folder}: ${messageOf(cause)}`,
        advice: 'restore ca.key and ca.crt from a backup; with new ones every device needs a new certificate',
        cause,
      });
    }
  }

  /** Certificate of the authority, PEM: what devices trust. */
  get ca(): string {
    return pem(this.#cert);
  }

  /** A certificate for the broker under these names and addresses; a new one each time. */
  async server(hosts: readonly string[]): Promise<Identity> {
    const names = [...new Set(hosts)].map((host) => ({ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }) as const);
    const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
    const { cert } = await this.#issue('lineside broker', keys.publicKey, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.serverAuth]),
      new x509.SubjectAlternativeNameExtension(names),
    ]);
    return { cert, key: await pemOfKey(keys.privateKey) };
  }

  /** A key and a certificate for the device, as its common name; the one before it, if any, is revoked. */
  async device(device: string, atMs: number): Promise<Identity> {
    const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
    const cert = await this.#issueToDevice(device, keys.publicKey, atMs);
    return { cert, key: await pemOfKey(keys.privateKey) };
  }

  /**
   * The public key (SPKI, DER) of a certificate request (PKCS #10, PEM), whose signature shows that the device has the
   * private one. Throws CertificateRequestRefused.
   */
  async checkRequest(device: string, request: string): Promise<Uint8Array> {
    const { publicKey } = await readRequest(device, request);
    return new Uint8Array(publicKey.rawData);
  }

  /** A certificate for the key of a request; the device's earlier one is revoked. Throws CertificateRequestRefused. */
  async sign(device: string, request: string, atMs: number): Promise<string> {
    const { publicKey } = await readRequest(device, request);
    const key = await crypto.subtle.importKey('spki', new Uint8Array(publicKey.rawData), CURVE, true, ['verify']);
    return this.#issueToDevice(device, key, atMs);
  }

  async #issueToDevice(device: string, key: Key, atMs: number): Promise<string> {
    const { cert, serial } = await this.#issue(device, key, [
      new x509.ExtendedKeyUsageExtension([x509.ExtendedKeyUsage.clientAuth]),
    ]);
    await inTurn(this.#folder, async () => {
      const before = this.#issued();
      const issued = without(before, device, atMs);
      await this.#save({ ...issued, inForce: { ...issued.inForce, [device]: serial } }, before);
    });
    return cert;
  }

  /** Revokes the device's certificate; true when it had a valid one. */
  async revoke(device: string, atMs: number): Promise<boolean> {
    return inTurn(this.#folder, async () => {
      const issued = this.#issued();
      if (issued.inForce[device] === undefined) return false;
      await this.#save(without(issued, device, atMs));
      return true;
    });
  }

  static async #make(folder: string): Promise<Authority> {
    const keys = await crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
    const cert = await x509.X509CertificateGenerator.createSelfSigned({
      serialNumber: serialNumber(),
      name: [{ CN: ['lineside collector'] }],
      ...{ notBefore: FROM, notAfter: WITHOUT_END, signingAlgorithm: SIGNED, keys },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign | x509.KeyUsageFlags.cRLSign, true),
        await x509.SubjectKeyIdentifierExtension.create(keys.publicKey),
      ],
    });
    const authority = new Authority(folder, keys.privateKey, cert);
    await writeFileAtomic(join(folder, 'ca.key'), await pemOfKey(keys.privateKey), { mode: 0o600 });
    await authority.#save({ inForce: {}, revoked: [] });
    await writeFileAtomic(authorityFiles(folder).ca, pem(cert), { mode: 0o644 });
    return authority;
  }

  async #issue(name: string, publicKey: Key, extensions: x509.Extension[]): Promise<{ cert: string; serial: string }> {
    const serial = serialNumber();
    const cert = await x509.X509CertificateGenerator.create({
      serialNumber: serial,
      subject: [{ CN: [name] }],
      issuer: this.#cert.subject,
      ...{ notBefore: FROM, notAfter: WITHOUT_END, signingAlgorithm: SIGNED },
      publicKey,
      signingKey: this.#key,
      extensions: [
        new x509.BasicConstraintsExtension(false, undefined, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.digitalSignature, true),
        await x509.AuthorityKeyIdentifierExtension.create(this.#cert),
        ...extensions,
      ],
    });
    return { cert: pem(cert), serial };
  }

  #issued(): Issued {
    return Issued.parse(JSON.parse(readFileSync(join(this.#folder, 'issued.json'), 'utf8')));
  }

  async #save(issued: Issued, before?: Issued): Promise<void> {
    await writeFileAtomic(join(this.#folder, 'issued.json'), JSON.stringify(issued), { mode: 0o600 });
    // A list with the same content must stay the same file: a changed file restarts the broker.
    if (before?.revoked.length === issued.revoked.length) return;
    const crl = await x509.X509CrlGenerator.create({
      issuer: this.#cert.subject,
      ...{ thisUpdate: FROM, nextUpdate: WITHOUT_END, signingAlgorithm: SIGNED, signingKey: this.#key },
      entries: issued.revoked.map(({ serial, atMs }) => ({ serialNumber: serial, revocationDate: new Date(atMs) })),
    });
    // RFC 7468, 6 requires this label; the library writes a shorter one that OpenSSL does not accept.
    const text = x509.PemConverter.encode(crl.rawData, 'X509 CRL');
    await writeFileAtomic(authorityFiles(this.#folder).revoked, `${text}\n`, { mode: 0o644 });
  }
}

function without({ inForce, revoked }: Issued, device: string, atMs: number): Issued {
  const { [device]: serial, ...others } = inForce;
  return { inForce: others, revoked: serial === undefined ? revoked : [...revoked, { serial, atMs }] };
}

/** RFC 5280, 4.1.2.2: positive, at most 20 bytes. */
function serialNumber(): string {
  const bytes = randomBytes(16);
  bytes[0] = ((bytes[0] ?? 0) & 0x3f) | 0x40;
  return bytes.toString('hex');
}

function pem(cert: x509.X509Certificate): string {
  return `${cert.toString('pem')}\n`;
}

async function pemOfKey(key: Key): Promise<string> {
  return `${x509.PemConverter.encode(await crypto.subtle.exportKey('pkcs8', key), 'PRIVATE KEY')}\n`;
}

async function importKey(text: string): Promise<Key> {
  const der = createPrivateKey(text).export({ type: 'pkcs8', format: 'der' });
  return crypto.subtle.importKey('pkcs8', new Uint8Array(der), CURVE, true, ['sign']);
}
