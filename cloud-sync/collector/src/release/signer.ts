import { spawnSync } from 'node:child_process';
import {
  createHash,
  createPrivateKey,
  createPublicKey,
  generateKeyPairSync,
  type KeyObject,
  sign,
  verify,
} from 'node:crypto';
import { readFileSync } from 'node:fs';
import { messageOf, systemCode } from '@lineside/kit';
import { canonicalJson } from '@lineside/protocol';
import { UsageError } from '../errors/index.ts';

const SIGNER_MS = 120_000;

/** An Ed25519 public key as TUF metadata names it. */
export interface PublicKey {
  readonly keytype: 'ed25519';
  readonly scheme: 'ed25519';
  readonly keyval: { readonly public: string };
}

export type Env = Readonly<Record<string, string | undefined>>;

/** How TUF names a key: the hash of its canonical form. */
export function keyIdOf(key: PublicKey): string {
  return createHash('sha256').update(canonicalJson(key)).digest('hex');
}

/** A new key: the private half as PEM. */
export function newKey(): { readonly pem: string; readonly key: PublicKey } {
  const { privateKey, publicKey } = generateKeyPairSync('ed25519');
  return { pem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(), key: publicKeyOf(publicKey) };
}

/** The public key in a PEM text. Throws UsageError for any other kind of key. */
export function readPublicKey(pem: string, where: string): PublicKey {
  try {
    return publicKeyOf(createPublicKey(pem));
  } catch (error) {
    throw keyError(where, messageOf(error));
  }
}

/**
 * Signs `bytes` with what `source` names: `file:PATH` and `env:NAME` hold a private key as PEM; `exec:COMMAND` is run by the
 * shell, gets the bytes on stdin and prints the signature in hex or base64. Throws UsageError; undefined where a file or
 * variable does not exist, because not every key is on every machine.
 */
export function signWith(source: string, bytes: Buffer, env: Env): string | undefined {
  const [scheme, rest] = splitSource(source);
  if (scheme === 'exec') return external(rest, bytes);
  const pem = scheme === 'env' ? env[rest] : readIfThere(rest);
  if (pem === undefined) return undefined;
  let key: KeyObject;
  try {
    key = createPrivateKey(pem);
  } catch (error) {
    throw keyError(source, messageOf(error));
  }
  if (key.asymmetricKeyType !== 'ed25519') throw keyError(source, 'it is no Ed25519 key');
  return sign(null, bytes, key).toString('hex');
}

/** A key, and where its private half is. */
export interface KeyPlace {
  readonly source: string;
  readonly keyId: string;
  /** In hex. */
  readonly publicKey: string;
}

/** As `signWith`. Throws UsageError where the signature is that of another key: every device would refuse what it signs. */
export function signedWith({ source, keyId, publicKey }: KeyPlace, bytes: Buffer, env: Env): string | undefined {
  const signature = signWith(source, bytes, env);
  if (signature === undefined || isSignedBy(publicKey, bytes, signature)) return signature;
  throw new UsageError({
    code: 'release_signature_wrong',
    message: `${source} signs with another key than ${keyId.slice(0, 8)}: no device would accept it`,
    advice:
      'name where this key is: lineside-collector release keys --use KEYID=SOURCE. Devices see the publication before',
  });
}

function isSignedBy(publicKey: string, bytes: Buffer, signature: string): boolean {
  const x = Buffer.from(publicKey, 'hex').toString('base64url');
  const key = createPublicKey({ key: { kty: 'OKP', crv: 'Ed25519', x }, format: 'jwk' });
  return verify(null, bytes, key, Buffer.from(signature, 'hex'));
}

/** Throws UsageError where `source` has no form that `signWith` knows. */
export function splitSource(source: string): readonly [scheme: string, rest: string] {
  const [, scheme, rest] = /^(file|env|exec):(.+)$/s.exec(source) ?? [];
  if (scheme !== undefined && rest !== undefined) return [scheme, rest];
  throw keyError(source, 'a key is file:PATH, env:NAME or exec:COMMAND');
}

function publicKeyOf(key: KeyObject): PublicKey {
  const { x } = key.export({ format: 'jwk' });
  if (key.asymmetricKeyType !== 'ed25519' || x === undefined) throw new Error('it is no Ed25519 key');
  const hex = Buffer.from(x, 'base64url').toString('hex');
  return { keytype: 'ed25519', scheme: 'ed25519', keyval: { public: hex } };
}

function external(command: string, bytes: Buffer): string {
  const { status, stdout, stderr, error } = spawnSync('/bin/sh', ['-c', command], { input: bytes, timeout: SIGNER_MS });
  // One that ends without reading says more by its exit code than by the pipe that broke.
  const failure = systemCode(error) === 'EPIPE' ? undefined : error;
  if (failure !== undefined) throw signerError(command, failure.message);
  if (status !== 0) throw signerError(command, `it ended with ${String(status)}: ${stderr.toString().trim()}`);
  const text = stdout.toString().trim();
  const signature = /^[0-9a-f]{128}$/i.test(text) ? text.toLowerCase() : Buffer.from(text, 'base64').toString('hex');
  if (signature.length !== 128) throw signerError(command, 'it did not print 64 bytes as hex or base64');
  return signature;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw keyError(`file:${path}`, messageOf(error));
  }
}

function signerError(command: string, why: string): UsageError {
  return new UsageError({
    code: 'release_signer_failed',
    message: `the signer ${command} failed: ${why}`,
    advice: 'run it by hand: it gets bytes on stdin and prints the Ed25519 signature of them in hex or base64',
  });
}

function keyError(where: string, why: string): UsageError {
  return new UsageError({
    code: 'release_key_invalid',
    message: `${where}: ${why}`,
    advice: 'name an Ed25519 key in PEM form: file:PATH, env:NAME, or exec:COMMAND for a signer of your own',
  });
}
