import 'reflect-metadata';
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { isIP } from 'node:net';
import { join } from 'node:path';
import * as x509 from '@peculiar/x509';

const SIGNED = { name: 'ECDSA', hash: 'SHA-256' } as const;
const CURVE = { name: 'ECDSA', namedCurve: 'P-256' } as const;
const DAY_MS = 86_400_000;

/** PEM texts, and the files of a folder in which they lie. */
export interface TestCertificate {
  readonly cert: string;
  readonly key: string;
  readonly certFile: string;
  readonly keyFile: string;
}

/** A certificate authority for tests, whose certificates may be wrong in ways that the product's own never are. */
export class TestAuthority {
  readonly ca: string;
  readonly caFile: string;
  readonly #folder: string;
  readonly #keys: Keys;
  readonly #cert: x509.X509Certificate;

  private constructor(folder: string, name: string, keys: Keys, cert: x509.X509Certificate) {
    this.#folder = folder;
    this.#keys = keys;
    this.#cert = cert;
    this.ca = cert.toString('pem');
    this.caFile = join(folder, `${name}.crt`);
  }

  static async make(folder: string, name: string, untilMs = DAY_MS): Promise<TestAuthority> {
    x509.cryptoProvider.set(crypto);
    const keys = await makeKeys();
    const cert = await x509.X509CertificateGenerator.createSelfSigned({
      ...{ serialNumber: serial(), name: [{ CN: [name] }], keys, signingAlgorithm: SIGNED },
      ...{ notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + untilMs) },
      extensions: [
        new x509.BasicConstraintsExtension(true, 0, true),
        new x509.KeyUsagesExtension(x509.KeyUsageFlags.keyCertSign, true),
      ],
    });
    const authority = new TestAuthority(folder, name, keys, cert);
    await writeFile(authority.caFile, authority.ca);
    return authority;
  }

  /** A certificate that is its own authority. */
  async selfSigned(name: string, host: string): Promise<TestCertificate> {
    const keys = await makeKeys();
    const cert = await x509.X509CertificateGenerator.createSelfSigned({
      ...{ serialNumber: serial(), name: [{ CN: [name] }], keys, signingAlgorithm: SIGNED },
      ...{ notBefore: new Date(Date.now() - DAY_MS), notAfter: new Date(Date.now() + DAY_MS) },
      extensions: [hostExtension(host)],
    });
    return this.#write(name, keys, cert);
  }

  /** A certificate for a host name or address, in force from `fromMs` to `untilMs`, counted from now. */
  async issue(name: string, host: string, untilMs = DAY_MS, fromMs = -3 * DAY_MS): Promise<TestCertificate> {
    const keys = await makeKeys();
    const cert = await x509.X509CertificateGenerator.create({
      ...{ serialNumber: serial(), subject: [{ CN: [name] }], issuer: this.#cert.subject, signingAlgorithm: SIGNED },
      ...{ notBefore: new Date(Date.now() + fromMs), notAfter: new Date(Date.now() + untilMs) },
      ...{ publicKey: keys.publicKey, signingKey: this.#keys.privateKey },
      extensions: [new x509.BasicConstraintsExtension(false, undefined, true), hostExtension(host)],
    });
    return this.#write(name, keys, cert);
  }

  async #write(name: string, keys: Keys, cert: x509.X509Certificate): Promise<TestCertificate> {
    const der = await crypto.subtle.exportKey('pkcs8', keys.privateKey);
    const texts = { cert: cert.toString('pem'), key: x509.PemConverter.encode(der, 'PRIVATE KEY') };
    const files = { certFile: join(this.#folder, `${name}.crt`), keyFile: join(this.#folder, `${name}.key`) };
    await writeFile(files.certFile, texts.cert);
    await writeFile(files.keyFile, texts.key);
    return { ...texts, ...files };
  }
}

type Keys = Awaited<ReturnType<typeof makeKeys>>;

function hostExtension(host: string): x509.SubjectAlternativeNameExtension {
  return new x509.SubjectAlternativeNameExtension([{ type: isIP(host) === 0 ? 'dns' : 'ip', value: host }]);
}

function makeKeys() {
  return crypto.subtle.generateKey(CURVE, true, ['sign', 'verify']);
}

/** RFC 5280, 4.1.2.2: positive, at most 20 bytes. */
function serial(): string {
  return `40${randomBytes(8).toString('hex')}`;
}
