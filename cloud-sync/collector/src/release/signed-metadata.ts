import { readFile } from 'node:fs/promises';
import {
  type Key,
  Metadata,
  MetadataKind,
  type Root,
  Signature,
  type Snapshot,
  type Targets,
  type Timestamp,
} from '@tufjs/models';
import { writeFileAtomic } from '@lineside/kit';
import { z } from 'zod';
import { UsageError } from '../errors/index.ts';
import type { ReleaseFolder, Settings } from './release-folder.ts';
import { type Env, type PublicKey, signedWith, signWith } from './signer.ts';

const DAY_MS = 86_400_000;
export const SPEC_VERSION = '1.0.31';

const MetadataJson = z.record(z.string(), z.json());

/** Keys that may sign a role, and how many of them must. */
export interface Signers {
  readonly role: string;
  readonly keyIds: readonly string[];
  readonly threshold: number;
  /** The public halves by id, in hex, as devices know them. */
  readonly publicKeys: Readonly<Record<string, string>>;
}

/** What the tool works with. */
export interface Workplace {
  readonly folder: ReleaseFolder;
  readonly settings: Settings;
  readonly env: Env;
  readonly nowMs: number;
}

/** Metadata expires so many days from now, in whole seconds. */
export function expiresAt(nowMs: number, days: number): string {
  return new Date(nowMs + days * DAY_MS).toISOString().replace(/\.\d{3}Z$/, 'Z');
}

/**
 * Signs `metadata` with every key of `signers` that is at hand, and writes it as `name`. Throws UsageError where those are fewer
 * than the threshold of any of them, or where a signature is not that of its key: then nothing is written.
 */
export async function writeSigned(
  { folder, settings, env }: Workplace,
  name: string,
  metadata: Metadata<Root | Targets | Snapshot | Timestamp>,
  signers: readonly Signers[],
): Promise<Buffer> {
  const signed = new Set<string>();
  for (const keyId of new Set(signers.flatMap(({ keyIds }) => keyIds))) {
    const source = settings.signers[keyId];
    if (source === undefined) continue;
    metadata.sign((bytes) => {
      const sig = signedWith({ source, keyId, publicKey: publicOf(signers, keyId) }, bytes, env);
      if (sig !== undefined) signed.add(keyId);
      return new Signature({ keyID: keyId, sig: sig ?? '' });
    }, true);
    if (!signed.has(keyId)) Reflect.deleteProperty(metadata.signatures, keyId);
  }
  for (const { role, keyIds, threshold } of signers) {
    const count = keyIds.filter((id) => signed.has(id)).length;
    if (count < threshold) throw keysMissing(role, count, threshold);
  }
  const bytes = Buffer.from(`${JSON.stringify(metadata.toJSON(), undefined, 1)}\n`);
  await writeFileAtomic(folder.metadata(name), bytes, { mode: 0o644 });
  return bytes;
}

/** Reads published metadata. Throws where it is damaged: then restore the folder from a copy. */
export async function readTimestamp(folder: ReleaseFolder): Promise<Metadata<Timestamp>> {
  return Metadata.fromJSON(MetadataKind.Timestamp, await readJson(folder.metadata('timestamp.json')));
}

export async function readSnapshot(folder: ReleaseFolder, version: number): Promise<Metadata<Snapshot>> {
  return Metadata.fromJSON(MetadataKind.Snapshot, await readJson(folder.metadata(`${version}.snapshot.json`)));
}

export async function readTargets(folder: ReleaseFolder, role: string, version: number): Promise<Metadata<Targets>> {
  return Metadata.fromJSON(MetadataKind.Targets, await readJson(folder.metadata(`${version}.${role}.json`)));
}

export async function readRoot(folder: ReleaseFolder, version: number): Promise<Metadata<Root>> {
  return Metadata.fromJSON(MetadataKind.Root, await readJson(folder.metadata(`${version}.root.json`)));
}

async function readJson(path: string) {
  return MetadataJson.parse(JSON.parse(await readFile(path, 'utf8')));
}

/** Whether the key can be used here. An external signer is believed to be there: to call it costs a touch of a token. */
export function isAtHand({ settings, env }: Workplace, keyId: string): boolean {
  const source = settings.signers[keyId];
  return source !== undefined && (source.startsWith('exec:') || signWith(source, Buffer.alloc(0), env) !== undefined);
}

/** Whether enough keys of a role can be used here. */
export function canSign(work: Workplace, { keyIds, threshold }: Signers): boolean {
  return keyIds.filter((id) => isAtHand(work, id)).length >= threshold;
}

/** Keys and threshold of a top-level role. */
export function signersOf(root: Metadata<Root>, role: string): Signers {
  const { keyIDs = [], threshold = 1 } = root.signed.roles[role] ?? {};
  return { role, keyIds: keyIDs, threshold, publicKeys: publicKeysOf(root.signed.keys) };
}

/** A role whose keys were just made and are in no metadata yet. */
export function signersOfMade(
  role: string,
  made: readonly { readonly id: string; readonly key: PublicKey }[],
  threshold: number,
): Signers {
  const publicKeys = Object.fromEntries(made.map(({ id, key }) => [id, key.keyval.public]));
  return { role, keyIds: made.map(({ id }) => id), threshold, publicKeys };
}

function publicKeysOf(keys: Readonly<Record<string, Key>>): Readonly<Record<string, string>> {
  return Object.fromEntries(Object.entries(keys).map(([id, { keyVal }]) => [id, keyVal['public'] ?? '']));
}

function publicOf(signers: readonly Signers[], keyId: string): string {
  return signers.find(({ publicKeys }) => keyId in publicKeys)?.publicKeys[keyId] ?? '';
}

/** Keys and threshold of a customer's role. Throws UsageError where there is no such customer. */
export function customerSigners(targets: Metadata<Targets>, customer: string): Signers {
  const { roles, keys = {} } = targets.signed.delegations ?? {};
  const found = roles?.[customer];
  if (found !== undefined) {
    return { role: customer, keyIds: found.keyIDs, threshold: found.threshold, publicKeys: publicKeysOf(keys) };
  }
  throw new UsageError({
    code: 'release_customer_unknown',
    message: `the repository has no customer ${customer}`,
    advice: `lineside-collector release keys --add-customer ${customer}`,
  });
}

/** Fewer keys are at hand than must sign. */
export function keysMissing(role: string, count: number, threshold: number): UsageError {
  return new UsageError({
    code: 'release_keys_missing',
    message: `${role} must be signed by ${threshold} keys, and ${count} of them are at hand`,
    advice:
      'bring the keys to this machine, or name where they are: lineside-collector release keys --use KEYID=SOURCE',
  });
}
