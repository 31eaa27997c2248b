import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { makePrivateFolderSync, restrictSync, systemCode } from '@lineside/kit';
import { journalError } from './errors.ts';

/** The key with which this device signs the heads of its chains. It never leaves the device. */
export interface DeviceKey {
  /** Raw 32 bytes as base64url. */
  readonly publicKey: string;
  /** Ed25519 signature of `text`, base64url. */
  sign(text: string): string;
}

/** Folder of the device's key in a data folder. */
export function identityFolder(data: string): string {
  return join(data, 'identity');
}

/**
 * The Ed25519 key in DATA/identity/journal.key, made where there is none, readable by this user alone. Throws JournalError
 * where it can be neither read nor made.
 */
export function deviceKey(data: string): DeviceKey {
  const folder = identityFolder(data);
  const path = join(folder, 'journal.key');
  try {
    const key = readKey(path) ?? makeKey(folder, path);
    restrictSync(folder, 0o700);
    restrictSync(path, 0o600);
    const { x } = createPublicKey(key).export({ format: 'jwk' });
    const publicKey = x ?? '';
    return { publicKey, sign: (text) => sign(null, Buffer.from(text), key).toString('base64url') };
  } catch (error) {
    throw journalError(error, path, 'cannot read or make the key of this device');
  }
}

/** The public key beside a journal; undefined where there is none that this user can read. */
export function publicKeyBeside(journalPath: string): string | undefined {
  try {
    const key = readKey(join(identityFolder(dirname(journalPath)), 'journal.key'));
    return key && createPublicKey(key).export({ format: 'jwk' }).x;
  } catch (error) {
    if (systemCode(error) === undefined) throw error;
    return undefined;
  }
}

function readKey(path: string): KeyObject | undefined {
  try {
    return createPrivateKey(readFileSync(path));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

function makeKey(folder: string, path: string): KeyObject {
  makePrivateFolderSync(folder, 0o700);
  const { privateKey } = generateKeyPairSync('ed25519');
  const temporary = `${path}.tmp`;
  const file = openSync(temporary, 'w', 0o600);
  try {
    writeSync(file, privateKey.export({ type: 'pkcs8', format: 'pem' }).toString());
    fsyncSync(file);
  } finally {
    closeSync(file);
  }
  renameSync(temporary, path);
  return privateKey;
}
